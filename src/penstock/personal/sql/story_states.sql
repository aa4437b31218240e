-- Where recipients of several mailings stand, as report/sql/ledger.sql says it for one mailing: state, when, what was answered, and why. What
-- waits again is looked up only of those who are not settled.
select r.mailing, r.seq,
       case when due.closed is not null then due.closed
            when due.why = 'deferred' then 'deferred'
            when due.why = 'returned' then 'waiting'
            when outcome.package = coalesce(again.no, r.package) then known.name
            when coalesce(again.claimed, r.seq < p.first_seq + p.cursor) then 'in_flight'
            when coalesce(again.state, p.state) in ('cancelled', 'expired') then coalesce(again.state, p.state)
            when coalesce(again.kind, p.kind) = 'retry' then 'deferred'
            else 'waiting' end as state,
       outcome.at, reply.code, reply.enhanced, replace(reply.text, '{}', coalesce(outcome.detail, '')) as text,
       case when outcome.reply is null then null
            else delivery_reason(reply.code, reply.enhanced, reply.text, reply.command) end as reason
  from unnest(%(mailings)s::integer[], %(seqs)s::integer[]) as asked (mailing, seq)
  join delivery_recipient r on r.mailing = asked.mailing and r.seq = asked.seq
  join delivery_package p on p.mailing = r.mailing and p.no = r.package
  left join lateral (
       select o.package, o.state, o.at, o.reply, o.detail from delivery_outcome o
        where o.mailing = r.mailing and o.seq = r.seq order by o.package desc, o.state desc limit 1) as outcome on true
  left join delivery_due due on due.mailing = r.mailing and due.seq = r.seq
  left join lateral (
       select k.no, k.kind, k.state, listed.position <= k.cursor as claimed
         from delivery_package k cross join lateral unnest(k.positions) with ordinality as listed (seq, position)
        where k.mailing = r.mailing and k.positions is not null and listed.seq = r.seq
          and due.mailing is null and outcome.package is not null
        order by k.no desc limit 1) as again on true
  left join delivery_reply reply on reply.id = outcome.reply
  left join delivery_state known on known.code = outcome.state
