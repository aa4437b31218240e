-- Cases of contacts who were erased, and of analyses that a newer one of their mailing has replaced.
delete from preflight_case k
 using preflight_finding f, preflight_analysis a
 where f.id = k.finding_id and a.id = f.analysis_id
   and (not exists (select from audience_contact c where c.id = k.contact)
        or a.asked_at < now() - %(after)s::interval
           and exists (select from preflight_analysis n where n.mailing_id = a.mailing_id and n.id > a.id))
