-- The meter of a server with a rate, over all senders and mailings, as delivery_grant is a mailing's.
create or replace function delivery_server_grant(p_server integer, p_rate double precision, p_slots integer) returns double precision language sql as $$
    insert into delivery_server_meter as m (server, next_at)
    values (p_server, clock_timestamp() + make_interval(secs => p_slots / p_rate))
        on conflict (server) do update
       set next_at = greatest(m.next_at, clock_timestamp() - interval '0.5 s') + make_interval(secs => p_slots / p_rate)
    returning extract(epoch from next_at - make_interval(secs => p_slots / p_rate) - clock_timestamp())::double precision
$$;
