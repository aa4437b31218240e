update audience_import
   set state = 'done', finished_at = clock_timestamp(), list_id = %(list)s, rows = %(rows)s, created = %(created)s,
       columns = %(columns)s, updated = %(updated)s, unchanged = %(unchanged)s, duplicates = %(duplicates)s, rejected = %(rejected)s,
       numbers = %(numbers)s, numbers_refused = %(numbers_refused)s
 where id = %(id)s
