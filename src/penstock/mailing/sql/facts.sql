-- Everything that guards may ask about one mailing, whose row is locked by the transaction that asks.
select m.account_id, m.name, m.channel, m.state, m.came_from, m.version, m.revision, m.reason, m.reason ->> 'code' as reason_code,
       coalesce(m.reason -> 'unlocked' is not null, false) as unlocked, m.started_at,
       clock_timestamp() as now, a.zone, a.policy as account_policy, m.options, m.message_id, m.transport_id, m.audience, m.segments, mailing_rule(m) as rule,
       m.digest, m.authors, m.plan, m.due_at, m.ends_at, m.first_at, m.undo_until, m.approved_size,
       m.started_at is not null as started, m.frozen_at is not null as frozen, m.stopped_at,
       m.stopped_at is not null and m.state in ('sending', 'finishing') as catching_up, m.archived_at is not null as archived,
       f.*, p.*, coalesce((select w.capped from delivery_watch w where w.mailing = m.id), 0) as capped, c.sender_domain, account_sender_domain(m.account_id, c.sender_domain) as domain,
       coalesce(t.is_local, false) as transport_local, t.channel as transport_channel,
       coalesce(gate.approvers, '{}') as approvers, coalesce(gate.validated, false) as validated,
       coalesce(gate.ever_approved, false) as ever_approved,
       exists (select from mailing_mailing o
                where o.account_id = m.account_id and o.id <> m.id and o.plan ->> 'kind' = 'sequence'
                  and (o.state in ('starting', 'sending', 'cancelling')
                       or o.state = 'paused' and o.came_from in ('starting', 'sending')
                          and a.policy ->> 'paused_head' = 'block')) as sequence_busy,
       coalesce(q.version, 0) as queue_version,
       coalesce(cardinality(q.mailings), 0) as queue_length,
       coalesce((select w.id from unnest(q.mailings) with ordinality as place (id, n) join mailing_mailing w using (id)
                  where w.state = 'queued' order by place.n limit 1) = m.id, false) as is_head,
       array_remove(array[
           case when not exists (select from content_message c where c.id = m.message_id and c.account_id = m.account_id)
                then 'message' end,
           case when not exists (select from account_transport t where t.id = m.transport_id and t.account_id = m.account_id)
                then 'transport' end,
           case when m.audience ? 'step' then null
                when (m.audience ? 'list' or not m.audience ? 'segment')
                     and not exists (select from audience_list l
                                      where l.id = case when m.audience ->> 'list' ~ '^\d{1,9}$' then (m.audience ->> 'list')::integer end and l.account_id = m.account_id)
                     or exists (select from jsonb_array_elements_text(coalesce(m.audience -> 'not_segment', '[]') || coalesce(m.audience -> 'segment', '[]')) as named (id)
                                 where not exists (select from audience_segment s where s.id = named.id::integer and s.account_id = m.account_id))
                then 'audience' end], null) as missing,
       (m.audience ->> 'step')::integer as follows, coalesce(step.ready, false) as step_ready, coalesce(step.to_come, false) as more_to_come,
       later.steps as later_steps, later.started as later_started, later.waiting as later_waiting, later.drafts as later_drafts,
       array(select x.id from mailing_mailing x where x.fixes_id = m.id and x.deleted_at is null order by x.id) as corrected_by,
       array(select s.words from mailing_switches(m.id) s where s.scope in ('all', 'account', 'channel', 'sender')) as switches
  from mailing_mailing m
  join account_account a on a.id = m.account_id
  left join mailing_queue q on q.account_id = m.account_id
  left join content_message c on c.id = m.message_id
  left join account_transport t on t.id = m.transport_id
  left join lateral (
       select array_agg(distinct p.identity) filter (where p.kind = 'approval' and p.digest = m.digest and p.voided_at is null) as approvers,
              bool_or(p.kind = 'validation' and p.digest = m.digest and p.voided_at is null) as validated,
              bool_or(p.kind = 'approval') as ever_approved
         from mailing_approval p where p.mailing_id = m.id) gate on true,
       lateral (select count(*)::integer as steps,
                       count(*) filter (where x.state = 'draft')::integer as drafts,
                       count(*) filter (where x.started_at is null and x.state in ('in_review', 'in_moderation', 'parked', 'scheduled', 'paused', 'interrupted'))::integer as waiting,
                       coalesce(array_agg(x.id order by x.position) filter (where x.started_at is not null or x.frozen_at is not null), '{}') as started
                  from (with recursive behind as (   -- who follows it, directly or not: as later_steps
                            select m.id where m.chain_id is not null
                            union
                            select n.id from behind b join mailing_mailing n on n.chain_id = m.chain_id
                                                                            and (n.audience ->> 'step')::integer = b.id and n.deleted_at is null)
                        select id from behind where id <> m.id) as b
                  join mailing_mailing x using (id)) as later,
       lateral delivery_step(m.id) as step, delivery_facts(m.id) as f, preflight_facts(m.id) as p
 where m.id = %(mailing)s and m.deleted_at is null
