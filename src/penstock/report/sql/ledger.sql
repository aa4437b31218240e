-- Everybody of one mailing exactly once, in the order of the ledger, with the state derived from what was recorded.
-- Of the numbers after .. upto only, and of those among them that `seqs` names, if it does.
-- One pass over recipients and outcomes by their index on (mailing, seq); only retries are looked up beside it.
with outcome as (
    select * from (
        select seq, package, state, at, reply, detail, place,
               -- An attempt has one package; what is said of it later (a doubt resolved, a delivery) is no other attempt.
               count(*) filter (where first_of_package and state not in (2, 4)) over (partition by seq) as attempts
          from (select seq, package, state, at, reply, detail,
                       row_number() over latest as place,
                       lag(package) over latest is distinct from package as first_of_package
                  from delivery_outcome
                 where mailing = %(mailing)s and seq > %(after)s and seq <= %(upto)s
                   and (%(seqs)s::integer[] is null or seq = any(%(seqs)s::integer[]))
                window latest as (partition by seq order by package desc, state desc)) as numbered) as counted
     where place = 1
), again as (
    -- Where somebody stands who was packed again: the last such package, and whether its cursor has passed them.
    select distinct on (seq) seq, p.no, p.kind, p.state, position <= p.cursor as claimed
      from delivery_package p cross join lateral unnest(p.positions) with ordinality as listed (seq, position)
     where p.mailing = %(mailing)s and p.positions is not null and seq > %(after)s and seq <= %(upto)s
       and (%(seqs)s::integer[] is null or seq = any(%(seqs)s::integer[]))
     order by seq, p.no desc
), standing as (
    select r.seq, r.contact, r.normal, r.address,
           coalesce(again.no, r.package) as package,
           coalesce(again.kind, p.kind) as kind,
           coalesce(again.state, p.state) as package_state,
           coalesce(again.claimed, r.seq < p.first_seq + p.cursor) as claimed
      from delivery_recipient r
      join delivery_package p on p.mailing = %(mailing)s and p.no = r.package
      left join again on again.seq = r.seq
     where r.mailing = %(mailing)s and r.seq > %(after)s and r.seq <= %(upto)s
       and (%(seqs)s::integer[] is null or r.seq = any(%(seqs)s::integer[]))
), told as (
    select standing.seq, standing.contact, coalesce(standing.address, standing.normal) as address,
           delivery_domain(standing.contact, standing.normal) as domain,
           case when due.closed is not null then due.closed
                when due.why = 'deferred' then 'deferred'
                when due.why = 'returned' then 'waiting'
                when outcome.package = standing.package then known.name
                when standing.claimed then 'in_flight'
                when standing.package_state in ('cancelled', 'expired') then standing.package_state
                when standing.kind = 'retry' then 'deferred'
                else 'waiting' end as state,
           outcome.at, coalesce(outcome.attempts, 0) as attempts,
           reply.code, reply.enhanced, replace(reply.text, '{}', coalesce(outcome.detail, '')) as text,
           case when outcome.reply is null then null
                else delivery_reason(reply.code, reply.enhanced, reply.text, reply.command) end as reason
      from standing
      left join outcome on outcome.seq = standing.seq
      left join delivery_due due on due.mailing = %(mailing)s and due.seq = standing.seq
      left join delivery_reply reply on reply.id = outcome.reply
      left join delivery_state known on known.code = outcome.state
)
