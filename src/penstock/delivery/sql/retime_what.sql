-- The packages of those never handed off that nothing was claimed from, in the order of their plan. Of an SMS the place stands for the zone
-- (mailing.timeline.place): the country may have sending hours.
select p.no, p.size, p.slot, p.zone || case when m.channel = 'sms' then coalesce(' ' || p.lane, '') else '' end,
       coalesce(p.planned_at, case when isfinite(p.release_at) then p.release_at else now() end), p.held is not null
  from delivery_package p join mailing_mailing m on m.id = p.mailing
 where p.mailing = %(mailing)s and p.kind = 'plain' and p.state = 'waiting' and p.begun_at is null and p.cursor = 0
 order by 5, p.slot nulls first, p.first_seq
