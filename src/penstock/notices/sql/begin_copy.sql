-- Note that the hand-over of a copy begins, and return what it takes; `interrupted` when that was noted before already.
with before as (
    select id, begun_at from notices_copy where id = %(copy)s and state = 'waiting' and due_at <= now() for update
), begun as (
    update notices_copy c set begun_at = now() from before b where c.id = b.id
    returning c.id, c.identity, c.attempts, c.notice_id, b.begun_at is not null as interrupted
)
select b.id, b.identity, b.attempts, b.interrupted, n.uuid, n.subject, n.text, n.at, a.name as account, a.policy,
       t.id as transport, s.sender
  from begun b
  join notices_notice n on n.id = b.notice_id
  join account_account a on a.id = n.account_id
  left join notices_setting s on s.account_id = a.id
  left join account_transport t on t.id = s.transport_id and t.account_id = a.id
