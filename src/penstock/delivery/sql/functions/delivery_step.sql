-- Where a step of a chain stands: whether somebody's delay may be over, and whether anybody is to come, for the earlier mailing is not
-- over yet, or a delay is not. One that nobody is to come to any more is ready as well: it has its end. A package of the earlier one is
-- done with when as many of it were judged as have an answer.
drop function if exists delivery_step(integer);
create function delivery_step(p_mailing integer, out ready boolean, out to_come boolean) language plpgsql stable as $$
declare
    v_delay interval;
begin
    -- A draft has its delay as it was written: "2d".
    select make_interval(secs => case when jsonb_typeof(m.plan -> 'delay') = 'number' then (m.plan ->> 'delay')::double precision else 0 end) into v_delay
      from mailing_mailing m where m.id = p_mailing and m.audience ? 'step';
    if not found then
        ready := false;
        to_come := false;
        return;
    end if;
    select coalesce(bool_or(p.begun_at <= now() - v_delay), false), count(*) > 0 into ready, to_come
      from delivery_earlier(p_mailing) e
      join delivery_package p on p.mailing = e.id
      left join delivery_judged j on j.mailing = p_mailing and j.earlier = p.mailing and j.package = p.no
     where p.accepted + p.delivered + p.bounced > coalesce(j.judged, 0);
    to_come := to_come or exists (
        select from delivery_earlier(p_mailing) e join mailing_mailing m using (id)
         where m.state not in ('sent', 'cancelled', 'expired'));
    ready := ready or not to_come;
end
$$;
