-- Bounces that were noted in the moment in which their recipient was erased: as the ledger has them now. Before delivery_clean_again.
create or replace function feedback_clean_again() returns void language sql as $$
    update feedback_bounce b set normal = r.normal, contact = r.contact, text = ''
      from delivery_forgotten f join delivery_recipient r on r.mailing = f.mailing and r.seq = f.seq
     where b.mailing = f.mailing and b.seq = f.seq and (b.normal <> r.normal or b.text <> '');
$$;
