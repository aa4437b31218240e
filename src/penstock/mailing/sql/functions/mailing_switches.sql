-- The kill switches in force that concern a mailing, each with its scope and in words.
create or replace function mailing_switches(p_mailing integer, out id integer, out scope text, out value text, out words text)
returns setof record language sql stable as $$
    select s.id, s.scope, s.value,
           case s.scope when 'all' then 'everything' when 'account' then 'this account' else s.scope || ' ' || s.value end
           || ' by ' || s.made_by || ': ' || s.reason
      from mailing_switch s
      join mailing_mailing m on m.id = p_mailing
      left join content_message c on c.id = m.message_id
     where s.lifted_at is null and (s.expires_at is null or s.expires_at > now())
       and (s.account_id is null or s.account_id = m.account_id)
       and case s.scope
                when 'all' then true
                when 'account' then true
                when 'channel' then s.value = m.channel
                -- The parsed address: the field itself can be spelled in many ways.
                when 'sender' then s.value = c.sender_address
                when 'transport' then s.value = m.transport_id::text
                when 'domain' then true
           end
     order by s.id
$$;
