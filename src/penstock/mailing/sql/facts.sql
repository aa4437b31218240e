-- Everything that guards may ask about one mailing, whose row is locked by the transaction that asks.
select m.account_id, m.name, m.state, m.came_from, m.version, m.revision, m.reason ->> 'code' as reason_code,
       f.*,
       array(select distinct e.actor from mailing_entry e
         where e.mailing_id = m.id and e.command = 'approve' and (e.data ->> 'revision')::integer = m.revision) as approvers,
       coalesce((a.policy ->> 'approvals_required')::integer, 1) as approvals_required,
       array_remove(array[
           case when not exists (select from content_message c where c.id = m.message_id) then 'message' end,
           case when not exists (select from audience_list l
                                  where l.id = (m.audience ->> 'list')::integer and l.account_id = m.account_id)
                then 'audience' end], null) as missing
  from mailing_mailing m
  join account_account a on a.id = m.account_id,
       delivery_facts(m.id) as f
 where m.id = %(mailing)s
