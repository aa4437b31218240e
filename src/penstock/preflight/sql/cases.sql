-- Whom a finding of a mailing concerns, the worst first, those behind a place in that order.
select k.contact, c.address, k.detail, k.weight
  from preflight_finding f
  join preflight_analysis a on a.id = f.analysis_id
  join preflight_case k on k.finding_id = f.id
  join audience_contact c on c.id = k.contact and c.account_id = a.account_id
 where f.id = %(finding)s and a.mailing_id = %(mailing)s
   and (%(weight)s::integer is null or (-k.weight, k.contact) > (-%(weight)s, %(contact)s))
 order by k.weight desc, k.contact limit %(limit)s
