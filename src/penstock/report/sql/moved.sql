-- When the mailing came into which state.
select at, to_state from mailing_entry
 where mailing_id = %(mailing)s and from_state is distinct from to_state
 order by id
