-- Adds to the counters, in the order of their keys.
create or replace function feedback_tally(p_deltas feedback_delta[]) returns void language sql as $$
    insert into feedback_count as c (mailing, kind, link, total, people)
    select mailing, kind, link, sum(total), sum(people) from unnest(p_deltas) group by 1, 2, 3 order by 1, 2, 3
        on conflict (mailing, kind, link) do update
       set total = c.total + excluded.total, people = c.people + excluded.people;
    insert into feedback_hour as h (mailing, kind, hour, total, people)
    select mailing, kind, hour, sum(total), sum(people) from unnest(p_deltas) where link = 0 group by 1, 2, 3 order by 1, 2, 3
        on conflict (mailing, kind, hour) do update
       set total = h.total + excluded.total, people = h.people + excluded.people;
$$;
