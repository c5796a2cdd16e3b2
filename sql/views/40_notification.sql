-- Who was told what, and what came of it: the proof, without the words and the addresses.

create or replace view sla.notification as
select
    o.key,
    o.kind,
    o.audience,
    o.recipient,
    i.key as incident,
    c.key as crisis,
    told.channel,
    o.state,
    o.created_at as queued_at,
    o.sent_at,
    told.delivered_at,
    told.acknowledged_at,
    told.attempts,
    o.error
from fact.outbox as o
left join fact.incident as i on o.incident_id = i.incident_id
left join fact.crisis as c on o.crisis_id = c.crisis_id
cross join
    lateral (
        select
            count(*) filter (where e.kind = 'attempted') as attempts,
            min(e.at) filter (where e.kind = 'delivered') as delivered_at,
            min(e.at) filter (where e.kind = 'acknowledged') as acknowledged_at,
            (array_agg(e.channel order by e.event_id desc) filter (where e.channel is not null))[1]
                as channel
        from fact.outbox_event as e
        where e.message_id = o.message_id
    ) as told;
comment on view sla.notification is
'One row per message and recipient. Its words and addresses are not shown. Key: key.';
comment on column sla.notification.key is
'Names the message for its recipient; sent along, so that a receiver can drop repetitions.';
comment on column sla.notification.kind is
'What it says, the name of its template: page, customer_update, dead_letter, ….';
comment on column sla.notification.audience is 'team: a person of the rota; customer.';
comment on column sla.notification.recipient is
'Key of the person, or of the customer; a customer''s addresses have a message each.';
comment on column sla.notification.incident is 'Key of the incident it is about; null: of none.';
comment on column sla.notification.crisis is 'Key of the crisis it is about; null: of none.';
comment on column sla.notification.channel is
'By which it was tried last: email, webhook, …; null: not yet tried.';
comment on column sla.notification.state is
'queued: waits for its next attempt; sent: a server took it; delivered: the recipient''s side has it; bounced: it came back; acknowledged: the person answered; dead: every channel failed.';
comment on column sla.notification.queued_at is
'When it was written, with the change that it tells of, UTC.';
comment on column sla.notification.sent_at is
'When a server took it, UTC; null: none did yet.';
comment on column sla.notification.delivered_at is
'When it was on the recipient''s side, UTC; null: not known.';
comment on column sla.notification.acknowledged_at is
'When the person answered, UTC; null: not yet, or not asked to.';
comment on column sla.notification.attempts is
'How often it was tried, over all channels. An attempt without an end may have reached its recipient.';
comment on column sla.notification.error is
'Why it last failed; null: it did not, or it was sent since.';
