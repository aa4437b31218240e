update delivery_package set release_at = %(at)s
 where mailing = %(mailing)s and state = 'waiting' and kind = 'plain' and release_at <= now() and held is null
   and zone = %(zone)s and coalesce(lane, '') = %(country)s
