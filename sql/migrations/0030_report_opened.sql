-- A report that is too large for a mail is fetched by a link: that it was, is noted.

alter table fact.report_event
drop constraint report_event_kind_is_known,
add constraint report_event_kind_is_known check (
    kind in (
        'drafted', -- it was kept
        'queued', -- detail.stage (draft or issued), detail.messages: to whom it goes
        'circulated', -- everybody has the draft
        'objected', -- reason: what is wrong with it; detail.number
        'answered', -- detail.number, reason: what was answered
        'issued', -- nothing of it changes any more; reason: why before its time
        'sent', -- everybody has it
        'failed', -- it reached somebody by no way; detail.messages
        'opened' -- a link to it was opened for the first time; detail.message, detail.language
    )
);
