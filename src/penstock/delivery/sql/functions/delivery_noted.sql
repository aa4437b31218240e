-- The bounces of these recipients were looked at (feedback.bounces).
create or replace function delivery_noted(p_mailing integer[], p_seq integer[]) returns void language sql as $$
    update delivery_outcome o set noted = true
      from unnest(p_mailing, p_seq) as t (mailing, seq)
     where o.mailing = t.mailing and o.seq = t.seq and o.state = 7 and o.noted is null;
$$;
