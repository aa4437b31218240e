select wanted ->> 'file' from audience_import
 where wanted ->> 'file' = any(%(files)s) and (state in ('waiting', 'running') or finished_at > now() - interval '1 day')
