-- How many recipients of a stopped mailing still go out because their package is to be finished: those not claimed yet, those in
-- flight, and those given back.
create or replace function delivery_bound(p_mailing integer) returns integer language sql stable as $$
    select (coalesce((select sum(size - in_doubt - returned - deferred - skipped - accepted - delivered - bounced)
                        from delivery_package
                       where mailing = p_mailing and bound and state in ('waiting', 'active')), 0)
            + (select count(*) from delivery_due d
                where d.mailing = p_mailing and d.closed is null and d.why = 'returned'
                  and exists (select from delivery_package p where p.mailing = d.mailing and p.no = d.package and p.bound)))::integer
$$;
