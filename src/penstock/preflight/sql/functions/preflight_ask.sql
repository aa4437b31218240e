-- Ask for an analysis of what the mailing is now. Returns its number, or null where a useful one is there: done, or on its way.
-- One of an earlier message or rule, or with fewer options, that is still on its way is called off. The caller defers the job "analyse" with the number.
create or replace function preflight_ask(p_mailing integer, p_who text, p_again boolean, p_options jsonb default '{}')
returns integer language plpgsql as $$
declare
    v_new integer;
begin
    perform 1 from mailing_mailing where id = p_mailing for no key update;
    if exists (select from preflight_analysis a join mailing_mailing m on m.id = a.mailing_id
                where a.mailing_id = p_mailing and a.message_id = m.message_id and a.audience = m.audience
                  and (a.state in ('waiting', 'running') and a.options @> p_options or a.state = 'done' and not p_again)) then
        return null;
    end if;
    update preflight_analysis set state = 'cancelled', ended_at = clock_timestamp()
     where mailing_id = p_mailing and state in ('waiting', 'running');
    insert into preflight_analysis (account_id, mailing_id, message_id, audience, asked_by, options)
    select account_id, id, message_id, audience, p_who, p_options from mailing_mailing where id = p_mailing
    returning id into v_new;
    return v_new;
end
$$;
