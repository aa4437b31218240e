"""Everything over the API that is no mailing: contacts, lists, imports, suppressions, transports, tokens, people and so on."""

from ninja import Router

from penstock.account import access
from penstock.account import domains as names
from penstock.account import limits as paces
from penstock.account import pace as rates
from penstock.account import people as persons
from penstock.account import policy as rules
from penstock.account import tokens as bearers
from penstock.account import transports as ways
from penstock.account.credits import ledger as funds
from penstock.api.resources import (
    bounces,
    contacts,
    credits,
    domains,
    events,
    hooks,
    imports,
    inbox,
    limits,
    lists,
    mailboxes,
    me,
    notices,
    orders,
    people,
    personal,
    pictures,
    policies,
    segments,
    strays,
    suppressions,
    switches,
    templates,
    texts,
    tokens,
    transports,
    webhooks,
)
from penstock.audience import address, attributes, editing, suppression, uploads
from penstock.audience import contacts as addressees
from penstock.audience import erasures as forgetting
from penstock.audience import imports as files
from penstock.audience import lists as sets
from penstock.audience.segments import indexing, keeping
from penstock.audience.segments.conditions import SegmentError
from penstock.content import accepting
from penstock.content import templates as letters
from penstock.content.pictures import judging, storing
from penstock.feedback import strays as lost
from penstock.feedback import telling
from penstock.feedback.hooks import keeping as ears
from penstock.feedback.mailboxes import keeping as boxes
from penstock.feedback.orders import taking
from penstock.mailing import speed
from penstock.mailing import switches as kills
from penstock.notices import deliveries, settings
from penstock.notices import webhooks as told
from penstock.personal import many
from penstock.preflight import analysis, preview, testing, worst

ROUTERS: list[tuple[str, Router, str]] = [
    ("/contacts", contacts.router, "contacts"),
    ("/contacts", personal.of_contact, "contacts"),
    ("/lists", lists.router, "lists"),
    ("/segments", segments.router, "segments"),
    ("/events", events.router, "events"),
    ("/orders", orders.router, "orders"),
    ("/imports", imports.router, "imports"),
    ("/erasures", personal.router, "erasures"),
    ("/suppressions", suppressions.router, "suppressions"),
    ("/bounces", bounces.router, "bounces"),
    ("/inbox", inbox.router, "inbox"),
    ("/pictures", pictures.router, "pictures"),
    ("/templates", templates.router, "templates"),
    ("/texts", texts.router, "templates"),
    ("/transports", transports.router, "transports"),
    ("/transports", hooks.router, "transports"),
    ("/domains", domains.router, "domains"),
    ("/mailboxes", mailboxes.router, "mailboxes"),
    ("/strays", strays.router, "strays"),
    ("/tokens", tokens.router, "tokens"),
    ("/people", people.router, "people"),
    ("/policies", policies.router, "policies"),
    ("/credits", credits.router, "credits"),
    ("/limits", limits.router, "limits"),
    ("/switches", switches.router, "switches"),
    ("/webhooks", webhooks.router, "webhooks"),
    ("/notices", notices.router, "notices"),
    ("/me", me.router, "me"),
]
"""Each router with its address and its heading in the document."""

REFUSALS: dict[type[Exception], tuple[int, str]] = {
    accepting.NotAccepted: (422, "message_not_accepted"),
    addressees.UnknownContact: (404, "not_found"),
    addressees.UnknownList: (404, "not_found"),
    keeping.UnknownSegment: (404, "not_found"),
    keeping.SegmentNameTaken: (409, "segment_name_taken"),
    keeping.SegmentInUse: (409, "segment_in_use"),
    keeping.SegmentChanged: (409, "segment_changed"),
    SegmentError: (422, "segment_invalid"),
    indexing.UnknownIndex: (404, "not_found"),
    indexing.IndexProblem: (422, "index_invalid"),
    telling.EventProblem: (422, "event_invalid"),
    taking.OrderProblem: (422, "order_invalid"),
    files.UnknownImport: (404, "not_found"),
    forgetting.UnknownErasure: (404, "not_found"),
    many.ErasureProblem: (422, "erasure_invalid"),
    storing.UnknownPicture: (404, "not_found"),
    storing.PictureInUse: (409, "picture_in_use"),
    judging.PictureTooLarge: (413, "too_large"),
    judging.PictureError: (422, "picture_invalid"),
    letters.UnknownTemplate: (404, "not_found"),
    letters.TemplateNameProblem: (422, "template_name_invalid"),
    letters.TemplateNameTaken: (409, "template_name_taken"),
    suppression.UnknownSuppression: (404, "not_found"),
    ways.UnknownTransport: (404, "not_found"),
    ears.UnknownHook: (404, "not_found"),
    ears.HookProblem: (422, "hook_invalid"),
    names.UnknownDomain: (404, "not_found"),
    names.UnknownKey: (404, "not_found"),
    boxes.UnknownMailbox: (404, "not_found"),
    boxes.MailboxNameTaken: (409, "mailbox_name_taken"),
    boxes.MailboxError: (422, "mailbox_invalid"),
    lost.UnknownStray: (404, "not_found"),
    bearers.UnknownToken: (404, "not_found"),
    persons.UnknownPerson: (404, "not_found"),
    kills.UnknownSwitch: (404, "not_found"),
    paces.UnknownLimit: (404, "not_found"),
    told.UnknownWebhook: (404, "not_found"),
    deliveries.UnknownDelivery: (404, "not_found"),
    address.AddressError: (422, "address_invalid"),
    attributes.AttributeProblem: (422, "attribute_invalid"),
    editing.ContactExists: (409, "contact_exists"),
    sets.ListNameProblem: (422, "list_name_invalid"),
    sets.ListNameTaken: (409, "list_name_taken"),
    sets.ListInUse: (409, "list_in_use"),
    uploads.TooLarge: (413, "too_large"),
    uploads.UploadProblem: (422, "upload_invalid"),
    ways.InUse: (409, "transport_in_use"),
    ways.TransportError: (422, "transport_invalid"),
    names.Taken: (409, "domain_exists"),
    names.InUse: (409, "domain_in_use"),
    names.KeyWaits: (409, "key_waiting"),
    names.DomainError: (422, "domain_invalid"),
    bearers.TokenError: (422, "token_invalid"),
    access.UnknownScope: (422, "scope_unknown"),
    persons.PersonError: (422, "person_invalid"),
    rules.PolicyError: (422, "policy_invalid"),
    funds.CreditError: (422, "credits_invalid"),
    kills.SwitchError: (422, "switch_invalid"),
    paces.LimitError: (422, "limit_invalid"),
    rates.PaceError: (422, "rate_invalid"),
    speed.SpeedError: (422, "rate_invalid"),
    told.WebhookError: (422, "webhook_invalid"),
    settings.SettingError: (422, "setting_invalid"),
    analysis.NoAnalysis: (404, "not_found"),
    analysis.AnalysisRefused: (409, "analysis_refused"),
    preview.NoSuchContact: (404, "not_found"),
    preview.Nobody: (404, "nobody"),
    worst.NoAnalysis: (409, "no_analysis"),
    testing.TestProblem: (422, "test_invalid"),
}
"""What rooms raise, with the status and the code it is answered with; the text of the exception is told."""
