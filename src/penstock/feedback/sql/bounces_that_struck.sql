select distinct on (normal) id, mailing, seq, contact, normal as address, at, class as kind, code, enhanced, text, origin, suppressed
  from feedback_bounce
 where account = %(account)s and normal = any(%(normals)s::text[]) and suppressed
 order by normal, at desc
