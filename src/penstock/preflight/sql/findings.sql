-- What an analysis found, the worst first, each with its first cases; of somebody who was erased nothing is told.
select f.id, f.severity, f.code, f.place, f.text, f.cure, f.count,
       coalesce((select jsonb_agg(jsonb_build_object('contact', k.contact, 'address', k.address, 'detail', k.detail)
                                  order by k.weight desc, k.contact)
                   from (select k.contact, c.address, k.detail, k.weight
                           from preflight_case k join audience_contact c on c.id = k.contact and c.account_id = a.account_id
                          where k.finding_id = f.id
                          order by k.weight desc, k.contact limit %(cases)s) k), '[]') as cases
  from preflight_finding f join preflight_analysis a on a.id = f.analysis_id
 where f.analysis_id = %(analysis)s
 order by f.rank, f.id
