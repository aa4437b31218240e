-- The audience rule of a mailing as it is to be asked: with its segments as they were at submission, and with the channel that it goes by
-- where that is not e-mail (Mailing.rule is the same in Python).
create or replace function mailing_rule(m mailing_mailing) returns jsonb language sql immutable as $$
    select m.audience || case when m.segments is null or m.state = 'draft' then '{}' else jsonb_build_object('definitions', m.segments) end
           || case m.channel when 'email' then '{}' else jsonb_build_object('channel', m.channel) end
$$;
