-- The contacts of an account that any of the given mailings reached: accepted by the other side, even if bounced later; and, because
-- nobody may get it twice, in doubt and in flight count too. A person is known by the contact, or by the address it has now: whose
-- contact has the address of the ledger still is found by its number, and only the others are sought by their address.
-- A number that was reached is everybody's who has it: a correction must not go to it twice because two contacts share it.
-- Mailings of other accounts reach nobody.
create or replace function delivery_reached(p_account integer, p_mailings integer[]) returns table (contact bigint)
language sql stable rows 10000 as $$
    with meant as (
        select m.id from mailing_mailing m where m.id = any(p_mailings) and m.account_id = p_account
    ), sure as (   -- each joined by itself: of what is put together first the planner knows no numbers
        select r.contact, r.normal
          from delivery_outcome o join delivery_recipient r on r.mailing = o.mailing and r.seq = o.seq
         where o.mailing = any(array(select id from meant)) and o.state in (5, 6)
        union all
        select r.contact, r.normal
          from delivery_outcome o join delivery_recipient r on r.mailing = o.mailing and r.seq = o.seq
         where o.mailing = any(array(select id from meant)) and o.state = 1
           and not exists (select from delivery_outcome later
                            where later.mailing = o.mailing and later.seq = o.seq
                              and (later.package, later.state) > (o.package, o.state))
        union all
        select r.contact, r.normal
          from delivery_package p
         cross join lateral (
               select generate_series(p.first_seq, p.first_seq + p.cursor - 1) where p.first_seq is not null
               union all
               select unnest(p.positions[1 : p.cursor])) as claimed (seq)
          join delivery_recipient r on r.mailing = p.mailing and r.seq = claimed.seq
         where p.mailing = any(array(select id from meant))
           and p.cursor > p.in_doubt + p.returned + p.deferred + p.skipped + p.accepted + p.delivered + p.bounced
           and not exists (select from delivery_outcome o
                            where o.mailing = p.mailing and o.seq = claimed.seq and o.package = p.no)
    ), person as materialized (
        select s.contact, s.normal, c.normal as normal_now
          from sure s left join audience_contact c on c.id = s.contact and c.account_id = p_account
    )
    select p.contact from person p where p.normal_now is not null
    union
    select c.id from person p join audience_contact c on c.normal = p.normal and c.account_id = p_account
     where p.normal_now is distinct from p.normal and (position('@' in p.normal) > 0 or starts_with(p.normal, '+'))
    union
    select c.id from person p join audience_contact c on c.phone = p.normal and c.account_id = p_account
     where starts_with(p.normal, '+') and position('@' in p.normal) = 0
    union
    select b.contact from person p join audience_returned b on b.account_id = p_account and b.pseudonym = p.normal   -- was erased once
     where p.normal_now is null
$$;
