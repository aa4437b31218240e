-- Every column in which a text can stand: texts, JSON, octets, and lists of texts.
select c.table_name || '.' || c.column_name
  from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
 where c.table_schema = current_schema() and t.table_type = 'BASE TABLE'
   and (c.udt_name in ('text', 'varchar', 'bpchar', 'json', 'jsonb', 'bytea', 'xml', '_text', '_varchar', '_jsonb', '_bytea', 'hstore', 'citext'))
 order by 1
