create temporary table audience_staging (
    id bigint, account_id integer, address text, normal text collate "C", attributes jsonb, phone text collate "C", region text
) on commit drop
