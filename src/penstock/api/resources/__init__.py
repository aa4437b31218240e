"""Everything over the API that is no mailing: contacts, lists, imports, suppressions, transports, tokens, people and so on."""

from ninja import Router

from penstock.api.resources import contacts, imports, lists, suppressions
from penstock.audience import address, attributes, editing, suppression, uploads
from penstock.audience import contacts as persons
from penstock.audience import imports as files
from penstock.audience import lists as sets

ROUTERS: list[tuple[str, Router, str]] = [
    ("/contacts", contacts.router, "contacts"),
    ("/lists", lists.router, "lists"),
    ("/imports", imports.router, "imports"),
    ("/suppressions", suppressions.router, "suppressions"),
]
"""Each router with its address and its heading in the document."""

REFUSALS: dict[type[Exception], tuple[int, str]] = {
    persons.UnknownContact: (404, "not_found"),
    persons.UnknownList: (404, "not_found"),
    files.UnknownImport: (404, "not_found"),
    suppression.UnknownSuppression: (404, "not_found"),
    address.AddressError: (422, "address_invalid"),
    attributes.AttributeProblem: (422, "attribute_invalid"),
    editing.ContactExists: (409, "contact_exists"),
    sets.ListNameProblem: (422, "list_name_invalid"),
    sets.ListNameTaken: (409, "list_name_taken"),
    sets.ListInUse: (409, "list_in_use"),
    uploads.TooLarge: (413, "too_large"),
    uploads.UploadProblem: (422, "upload_invalid"),
}
"""What rooms raise, with the status and the code it is answered with; the text of the exception is told."""
