-- Gives the sender the next released package of the mailing, if its state allows; a new epoch fences whoever had it before.
-- A mailing that is paused or being cancelled has only those left that are to be finished. `p_lane`: a package of this destination domain;
-- null: any other, but for those of the domains `p_apart`, which have a pace of their own.
-- Packages go by their release; but every second one is of those who were tried before, or given back, and are due again: behind a million
-- who were released with the start, a limit would keep them waiting until nobody tries them any more. And no more than every second one: a
-- domain that refuses for hours must not hold up all the others. Both questions are one step in an index, however many packages wait.
drop function if exists delivery_open(integer, integer);
create or replace function delivery_open(
    p_sender integer, p_mailing integer, p_lane text default null, p_apart text[] default '{}'
) returns setof delivery_package language plpgsql as $$
declare
    v_no integer;
    v_state text;
begin
    perform pg_advisory_xact_lock_shared(7001, p_mailing);   -- the gate
    select state into v_state from mailing_mailing
     where id = p_mailing and state in ('sending', 'finishing', 'cancelling', 'paused')
       and (stopped_at is null or state not in ('sending', 'finishing'));   -- resumed: the ledger catches up first
    if not found then
        return;
    end if;
    if not coalesce((select t.again from delivery_turn t where t.mailing = p_mailing), false) then
        select no into v_no from delivery_package
         where mailing = p_mailing and state = 'waiting' and kind in ('retry', 'again') and release_at <= now()
           and (bound or v_state in ('sending', 'finishing'))
           and case when p_lane is null then lane is null or lane <> all(p_apart) else lane = p_lane end
         order by release_at, no limit 1 for update skip locked;
    end if;
    if v_no is null then
        select no into v_no from delivery_package
         where mailing = p_mailing and state = 'waiting' and release_at <= now()
           and (bound or v_state in ('sending', 'finishing'))
           and case when p_lane is null then lane is null or lane <> all(p_apart) else lane = p_lane end
         order by release_at, no limit 1 for update skip locked;
    end if;
    if v_no is null then
        return;
    end if;
    insert into delivery_turn (mailing, served_at, again)
    select p_mailing, clock_timestamp(), kind in ('retry', 'again') from delivery_package where mailing = p_mailing and no = v_no
        on conflict (mailing) do update set served_at = excluded.served_at, again = excluded.again;
    return query
        update delivery_package
           set state = 'active', sender = p_sender, epoch = epoch + 1, batch = 0, begun_at = coalesce(begun_at, clock_timestamp())
         where mailing = p_mailing and no = v_no
        returning *;
end
$$;
