-- Why, in a word to filter by: our own where we decided, the peer's code where the peer did. Of short messages that is the name of the status
-- (SMPP 3.4 §5.1.3) or of the state that the receipt told (appendix B), which stands first in the text: they have no enhanced codes.
create or replace function delivery_reason(p_code smallint, p_enhanced text, p_text text, p_command text) returns text language sql immutable as $$
    select case when p_code = 0 then split_part(p_text, ':', 1)
                when p_enhanced <> '' then p_enhanced
                when p_command = 'receipt' or starts_with(p_text, 'ESME_') then coalesce(substring(p_text from '^[\w-]+'), p_code::text)
                else p_code::text end
$$;
