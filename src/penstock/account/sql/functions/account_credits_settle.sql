-- Brings the credits of a mailing into line with its ledger: reserves for whom it may still reach (where `p_reserve` says so, and the
-- account's credits are counted), notes what is spent, releases the rest, gives back what bounced. Repeated it changes nothing, so
-- nothing is counted twice, whoever died in between. The gate of the mailing is shut, or nothing of it moves any more; the row of the
-- balance is the last lock that is taken, and nobody waits for anything while holding it.
-- Where credits are lacking nothing changes: `lacking` is how many it needs beyond those it has, `left_over` how many there are.
drop function if exists account_credits_settle(integer, text, text, boolean);
create function account_credits_settle(
    p_mailing integer, p_actor text, p_door text, p_reserve boolean,
    out lacking bigint, out left_over bigint, out reserved bigint, out spent bigint, out released bigint, out returned bigint
) language plpgsql as $$
declare
    m record;
    b account_credit_balance;
    u account_credit_use;
    c record;
    v_known boolean;
    v_more bigint;
begin
    lacking := 0; reserved := 0; spent := 0; released := 0; returned := 0;
    select x.account_id, x.channel, coalesce(a.policy ->> 'credits', 'unlimited') = 'counted' as counted,
           coalesce(a.policy ->> 'bounce_credit', 'keep') = 'return' as gives_back
      into m from mailing_mailing x join account_account a on a.id = x.account_id where x.id = p_mailing;
    v_known := exists (select from account_credit_use where mailing = p_mailing);
    if not v_known and not (p_reserve and coalesce(m.counted, false)) then
        return;
    end if;
    insert into account_credit_balance (account_id, channel) values (m.account_id, m.channel) on conflict do nothing;
    select * into b from account_credit_balance where account_id = m.account_id and channel = m.channel for update;
    left_over := b.available;
    select * into u from account_credit_use where mailing = p_mailing;   -- anew: another transaction may have been here
    select * into c from delivery_credits(p_mailing);
    if u.mailing is null then   -- whom it reached before credits were counted cost nothing
        u.mailing := p_mailing; u.account_id := m.account_id; u.channel := m.channel;
        u.reserved := 0; u.spent := 0; u.returned := 0; u.free := c.used; u.free_bounced := c.bounced;
    end if;
    v_more := c.used + c.open - u.free - u.spent - u.reserved;
    if v_more > 0 and p_reserve and m.counted then
        if v_more > b.available then
            lacking := v_more;
            return;
        end if;
        reserved := v_more;
    elsif v_more > 0 and p_reserve then
        u.free := u.free + v_more;   -- the account is unlimited by now
    end if;
    spent := least(greatest(c.used - u.free, u.returned), u.spent + u.reserved + reserved) - u.spent;
    u.reserved := u.reserved + reserved - spent;
    u.spent := u.spent + spent;
    released := least(greatest(-v_more, 0), u.reserved);
    u.reserved := u.reserved - released;
    if m.gives_back then
        returned := greatest(least(c.bounced - u.free_bounced, u.spent) - u.returned, 0);
        u.returned := u.returned + returned;
    end if;
    insert into account_credit_use (mailing, account_id, channel, reserved, spent, returned, free, free_bounced)
    values (u.mailing, u.account_id, u.channel, u.reserved, u.spent, u.returned, u.free, u.free_bounced)
        on conflict (mailing) do update
       set reserved = excluded.reserved, spent = excluded.spent, returned = excluded.returned, free = excluded.free;
    perform account_credits_enter(b, p_mailing, p_actor, p_door, reserved, spent, released, returned);
    left_over := b.available - reserved + released + returned;
end
$$;

-- The entries of one settlement, and the balance after them.
create or replace function account_credits_enter(
    b account_credit_balance, p_mailing integer, p_actor text, p_door text,
    p_reserved bigint, p_spent bigint, p_released bigint, p_returned bigint
) returns void language sql as $$
    insert into account_credit_entry (account_id, channel, kind, available, reserved, spent, remaining, mailing, actor, door, at)
    select b.account_id, b.channel, kind, available, reserved, spent, b.available + sum(available) over (order by turn), p_mailing,
           p_actor, p_door, clock_timestamp()
      from (values (1, 'reserved', -p_reserved, p_reserved, 0::bigint),
                   (2, 'spent', 0::bigint, -p_spent, p_spent),
                   (3, 'released', p_released, -p_released, 0::bigint),
                   (4, 'returned', p_returned, 0::bigint, -p_returned)) as entry (turn, kind, available, reserved, spent)
     where (available, reserved, spent) <> (0, 0, 0)
     order by turn;
    update account_credit_balance
       set available = available - p_reserved + p_released + p_returned,
           reserved = reserved + p_reserved - p_spent - p_released,
           spent = spent + p_spent - p_returned
     where id = b.id and (p_reserved, p_spent, p_released, p_returned) <> (0, 0, 0, 0);
$$;
