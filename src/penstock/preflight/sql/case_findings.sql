-- What an analysis found about one contact, the worst first.
select f.id, f.severity, f.code, f.place, f.text, f.cure, k.detail
  from preflight_finding f join preflight_case k on k.finding_id = f.id
 where f.analysis_id = %(analysis)s and k.contact = %(contact)s
 order by array_position(array['blocker', 'warning', 'note'], f.severity), f.rank, f.id
