-- Those whom the rule means now, and whom the ledger does not know: by the address, as the ledger knows people.
select {counted}
   and not exists (select from delivery_recipient r where r.mailing = %(mailing)s and r.normal = {normal} and {same})
   and not exists (select from audience_returned b join delivery_recipient r on r.normal = b.pseudonym collate "default"
                    where b.contact = c.id and r.mailing = %(mailing)s)
