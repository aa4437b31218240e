-- Rows of one address: `last` is the line that counts; `first` is the contact that was there before, when it is not above the base.
create temporary table audience_repeated on commit drop as
select id, first, last
  from (select id, min(id) over same as first, max(id) over same as last
          from audience_contact where account_id = %(account)s
        window same as (partition by normal)) as staged
 where first <> last
