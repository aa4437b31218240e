-- Writes the suppression of one recipient of one mailing. `fresh`: it was not there before. No row: there is no such recipient.
with person as (
    select m.account_id, r.normal
      from delivery_recipient r join mailing_mailing m on m.id = r.mailing
     where r.mailing = %(mailing)s and r.seq = %(seq)s
), written as (
    insert into audience_suppression (account_id, normal, reason, origin, created_at)
    select account_id, normal, 'unsubscribed', %(origin)s, now() from person
        on conflict (account_id, normal) do nothing
    returning normal
)
select (select count(*) from written) = 1 as fresh from person
