-- What happened to one person, newest first, beyond the place (before, place): what they were sent, what they did, what came back, what they
-- bought, the lists they are on, tests to their address, what they wrote by SMS, why they are not written to. A person is known by the
-- addresses and telephone numbers that they have, by addresses that they had, and by their number here; of a mailing's ledger one row is theirs. The newest mailings are asked first, and no more than the page takes.
with person as materialized (
    select c.id, c.normal, c.address, c.phone, c.created_at from audience_contact c where c.account_id = %(account)s and c.id = %(contact)s
), known_as as materialized (
    select normal collate "default" as normal from person
    union
    select phone collate "default" from person where phone is not null
    union
    select f.normal collate "default" from audience_former f join person on person.id = f.contact
), mailed as (
    select m.frozen_at as at, 'mailed ' || lpad(m.id::text, 12, '0') || lpad(r.seq::text, 12, '0') as place, 'mailed' as kind, m.id as mailing, r.seq, '{}'::jsonb as data
      from (select id, frozen_at from mailing_mailing
             where account_id = %(account)s and frozen_at <= %(before)s order by frozen_at desc, id desc) as m
     cross join lateral (
           select s.seq, s.contact from delivery_recipient s
            where s.mailing = m.id and s.normal = any(array(select k.normal from known_as k)) and s.package > 0
           union all
           select s.seq, s.contact from delivery_recipient s
            where s.mailing = m.id and s.normal = any(array(select k.normal from known_as k)) and s.package = 0) as r
     where r.contact = %(contact)s or not exists (select from audience_contact c where c.id = r.contact and c.account_id = %(account)s)
     order by m.frozen_at desc, m.id desc limit %(limit)s + 1
), did as (
    select e.at, 'event ' || lpad(e.id::text, 19, '0') as place, e.kind, e.mailing, e.seq,
           jsonb_strip_nulls(jsonb_build_object('name', e.name, 'data', e.data,
               'url', case when e.kind in ('clicked', 'scanned') then (
                   select l.url from delivery_link l where l.mailing = e.mailing and l.no = (e.data ->> 'link')::integer) end,
               'list', case when e.kind in ('left', 'joined') then (
                   select l.name from audience_list l where l.account_id = %(account)s and l.id = (e.data ->> 'list')::integer) end)) as data
      from feedback_event e
     where e.account = %(account)s and e.contact = %(contact)s and e.at <= %(before)s
       and e.kind <> 'converted'    -- the order says so
), bounced as (
    select b.at, 'bounce ' || lpad(b.id::text, 19, '0'), 'bounced', b.mailing, b.seq,
           jsonb_build_object('class', b.class, 'code', b.code, 'enhanced', b.enhanced, 'text', b.text, 'origin', b.origin, 'suppressed', b.suppressed)
      from known_as k join feedback_bounce b on b.account = %(account)s and b.normal = k.normal
     where b.at <= %(before)s
       and (b.contact = %(contact)s or not exists (select from audience_contact c where c.id = b.contact and c.account_id = %(account)s))
), bought as (
    select o.at, 'order ' || lpad(o.id::text, 19, '0'), 'ordered', o.mailing, o.seq,
           jsonb_strip_nulls(jsonb_build_object('order', o.key, 'amount', o.amount::text, 'currency', o.currency, 'cancelled_at', o.cancelled_at, 'data', o.data))
      from feedback_order o
     where o.account = %(account)s and o.contact = %(contact)s and o.at <= %(before)s
), listed as (
    select m.added_at, 'list ' || lpad(l.id::text, 12, '0'), 'listed', null::integer, null::integer, jsonb_build_object('list', l.name)
      from audience_list l join audience_membership m on m.list_id = l.id and m.contact_id = %(contact)s
     where l.account_id = %(account)s and m.added_at <= %(before)s
), kept_out as (
    select s.created_at, 'suppression ' || lpad(s.id::text, 19, '0'), 'suppressed', null::integer, null::integer,
           jsonb_build_object('address', s.normal, 'reason', s.reason, 'origin', s.origin)
      from person join audience_suppression s on s.account_id = %(account)s and s.normal in (person.normal, person.phone)
     where s.created_at <= %(before)s
), tested as (
    select t.asked_at, 'test ' || lpad(t.id::text, 12, '0'), 'tested', t.mailing_id, null::integer,
           jsonb_strip_nulls(jsonb_build_object('state', t.state, 'reply', t.reply, 'asked_by', t.asked_by))
      from preflight_test t
     where t.account_id = %(account)s and t.asked_at <= %(before)s
       and lower(t.address) in (select k.normal from known_as k union all select lower(person.address) from person)
), wrote as (
    select m.at, 'message ' || lpad(m.id::text, 19, '0'), 'wrote', m.mailing, m.seq,
           jsonb_strip_nulls(jsonb_build_object('from', m.number, 'to', m.addressee, 'text', m.text, 'done', m.done))
      from person join feedback_message m on m.account = %(account)s and m.number = person.phone
     where m.at <= %(before)s
), moved as (
    select f.until, 'address ' || f.normal, 'moved', null::integer, null::integer, jsonb_build_object('from', f.normal)
      from audience_former f where f.contact = %(contact)s and f.account_id = %(account)s and f.until <= %(before)s
), came as (
    select p.created_at, 'added', 'added', null::integer, null::integer, coalesce((
               select jsonb_build_object('import', i.id, 'file', i.name) from audience_import i
                where i.account_id = %(account)s and i.state = 'done' and p.created_at between i.started_at and i.finished_at
                order by i.id limit 1), '{}')
      from person p where p.created_at <= %(before)s
), told as (
    select * from mailed union all select * from did union all select * from bounced union all select * from bought
    union all select * from listed union all select * from kept_out union all select * from tested union all select * from moved union all select * from wrote
    union all select * from came
)
select t.at, t.place, t.kind, t.mailing, t.seq, t.data, m.name as mailing_name
  from told t left join mailing_mailing m on m.id = t.mailing
 where (t.at, t.place) < (%(before)s, %(place)s)
 order by t.at desc, t.place desc limit %(limit)s
