-- Spares a domain that refuses for now what comes over a transport. The first time: half the pace at which it was asked. While it goes on
-- refusing: half of that again, once a period, whoever says so. Returns the rate that holds now. Of one transport at most `p_most`
-- domains are spared: where everybody refuses it is the transport that they mean.
create or replace function delivery_back_off(
    p_transport integer, p_domain text, p_asked double precision, p_refused integer, p_reply text,
    p_least double precision, p_period interval, p_most integer
) returns double precision language plpgsql as $$
declare
    v_rate double precision;
begin
    update delivery_backoff b
       set rate = case when changed_at < clock_timestamp() - p_period / 2 then greatest(b.rate / 2, p_least) else b.rate end,
           changed_at = case when changed_at < clock_timestamp() - p_period / 2 then clock_timestamp() else changed_at end,
           until = clock_timestamp() + p_period, refused = b.refused + p_refused, reply = p_reply
     where transport = p_transport and domain = p_domain
    returning rate into v_rate;
    if found then
        return v_rate;
    end if;
    insert into delivery_backoff (transport, domain, rate, usual, until, refused, reply)
    select p_transport, p_domain, greatest(p_asked / 2, p_least), greatest(p_asked, p_least), clock_timestamp() + p_period, p_refused, p_reply
     where (select count(*) from delivery_backoff where transport = p_transport) < p_most
        on conflict (transport, domain) do nothing
    returning rate into v_rate;
    return v_rate;
end
$$;
