-- How full each package is: who was reached, lost, is tried again (or was skipped meanwhile), and is on the wire.
select no, size, case when state = 'waiting' then 'open' when state in ('cancelled', 'expired') then 'ended' else state end as state,
       accepted + delivered as reached, bounced + in_doubt as lost, deferred + returned + skipped as again,
       cursor - (in_doubt + returned + deferred + skipped + accepted + delivered + bounced) as going
  from delivery_package
 where mailing = %(mailing)s and kind <> 'skipped'
 order by no
