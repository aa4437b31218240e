-- Whom a receipt means by our own mark, which a gateway repeats; null: it bears none that is ours. It is told although the answer with the
-- id was lost (delivery_receipts_adopt).
alter table delivery_receipt add column mailing integer, add column seq integer;
