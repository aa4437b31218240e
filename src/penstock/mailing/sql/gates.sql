-- Who let the mailing pass as it stands, newest first: approvals and validations that were not voided.
select kind, identity as who, reviewed, analysed, at
  from mailing_approval
 where mailing_id = %(mailing)s and voided_at is null
 order by id desc limit 20
