-- The mailings of all accounts that wait for the platform's validation, those first that have waited longest. How often the
-- platform refused one before stands in the journal.
with page as (
    select m.*, coalesce(m.submitted_at, m.created_at) as since
      from mailing_mailing m
     where m.deleted_at is null and m.archived_at is null and m.state = 'in_moderation'
       and (%(since)s::timestamptz is null or (coalesce(m.submitted_at, m.created_at), m.id) > (%(since)s, %(after)s))
     order by coalesce(m.submitted_at, m.created_at), m.id limit %(limit)s
)
select p.id, p.name, p.version, p.account_id as account, a.name as account_name, a.zone, c.subject, c.sender, p.reason, p.authors,
       p.since as submitted_at, p.due_at, p.approved_size as size, p.revision,
       (select count(*) from mailing_entry e
         where e.mailing_id = p.id and e.command = 'reject' and e.from_state = 'in_moderation') as refused_before
  from page p
  join account_account a on a.id = p.account_id
  left join content_message c on c.id = p.message_id
 order by p.since, p.id
