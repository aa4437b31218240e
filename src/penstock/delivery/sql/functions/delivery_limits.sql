-- The limits that hold for a mailing now: those of all, of its account, its transport and itself, and those of destination domains;
-- among these the domains that are spared because they refuse for now. `rate`: messages a second, null: no limit of that kind.
create or replace function delivery_limits(
    p_mailing integer, out scope text, out key text, out domain text, out rate double precision, out connections integer
) returns setof record language sql stable rows 5 as $$
    select l.scope, l.id::text, case l.scope when 'domain' then l.value end, l.messages / l.per, l.connections::integer
      from account_limit l join mailing_mailing m on m.id = p_mailing
     where (l.account_id is null or l.account_id = m.account_id)
       and case l.scope when 'account' then l.value = m.account_id::text when 'transport' then l.value = m.transport_id::text
                        else true end
    union all
    -- Another rate is another meter: the one before may have slots far ahead.
    select 'mailing', concat_ws('@', p_mailing, m.options ->> 'rate'), null, (m.options ->> 'rate')::double precision, (m.options ->> 'connections')::integer
      from mailing_mailing m
     where m.id = p_mailing and m.options ?| array['rate', 'connections']
    union all
    select 'backoff', b.transport || ':' || b.domain, b.domain, b.rate, null
      from delivery_backoff b join mailing_mailing m on m.id = p_mailing and m.transport_id = b.transport
$$;
