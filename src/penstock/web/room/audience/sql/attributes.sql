-- The attributes that imports brought: quicker than to look at all contacts.
select name
  from (select distinct jsonb_array_elements_text(columns) as name
          from (select columns from audience_import where account_id = %(account)s and state = 'done' order by id desc limit 200) as lately) as every
 order by name limit 300
