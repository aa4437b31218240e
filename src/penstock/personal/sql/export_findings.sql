-- What analyses of mailings found about this contact.
select a.asked_at as at, a.mailing_id as mailing, f.code, f.place, f.text, k.detail
  from preflight_analysis a
  join preflight_finding f on f.analysis_id = a.id
  join preflight_case k on k.finding_id = f.id and k.contact = %(contact)s
 where a.account_id = %(account)s
 order by a.id, f.rank, f.id limit 10000
