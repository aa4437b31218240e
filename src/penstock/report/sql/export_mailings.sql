-- The mailings of an account whose audience was frozen since then, one line each; `told` gives the figures of report.results.
select id, name, state, started_at, finished_at, recipients, accepted, delivered, deferred, bounced, in_doubt, skipped, cancelled, expired,
       waiting, in_flight, coalesce((answers -> 'opened' ->> 0)::bigint, 0) as opened, coalesce((answers -> 'clicked' ->> 0)::bigint, 0) as clicked,
       coalesce((answers -> 'prefetched' ->> 0)::bigint, 0) as prefetched, coalesce((answers -> 'scanned' ->> 0)::bigint, 0) as scanned,
       coalesce((answers -> 'unsubscribed' ->> 0)::bigint, 0) as unsubscribed, complained, buyers,
       (select string_agg(each ->> 0 || ' ' || (each ->> 2), '; ') from jsonb_array_elements(revenue) as each) as revenue
  from told order by id
