-- What was submitted is what is sent: once a mailing is no draft any more the database itself refuses to change its message,
-- audience or transport, and to change or delete the message, by whatever way somebody comes (S4.6).
create or replace function mailing_is_fixed() returns trigger language plpgsql as $$
begin
    raise exception 'mailing % is %: its message, audience and transport cannot be changed any more', old.id, old.state
          using errcode = 'PS003', hint = 'Copy it as a new draft.';
end
$$;
create or replace trigger mailing_mailing_fixed before update of account_id, channel, message_id, audience, segments, transport_id
    on mailing_mailing for each row
    when (old.state <> 'draft' and (old.account_id, old.channel, old.message_id, old.audience, old.segments, old.transport_id)
          is distinct from (new.account_id, new.channel, new.message_id, new.audience, new.segments, new.transport_id))
    execute function mailing_is_fixed();

create or replace function mailing_message_is_fixed() returns trigger language plpgsql as $$
begin
    if exists (select from mailing_mailing where message_id = old.id and state <> 'draft')
       or exists (select from mailing_submission where message_id = old.id) then
        raise exception 'message % belongs to a submitted mailing: it cannot be changed or deleted any more', old.id
              using errcode = 'PS003', hint = 'Compose a new message.';
    end if;
    return case tg_op when 'DELETE' then old else new end;
end
$$;
create or replace trigger mailing_message_fixed before update or delete on content_message
    for each row execute function mailing_message_is_fixed();
