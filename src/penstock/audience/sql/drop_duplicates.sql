delete from audience_staging
 where id in (select id from (select id, max(id) over (partition by normal) as last from audience_staging) as staged
               where id <> last)
