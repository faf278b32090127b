//! The same network on nexosim 1.0, as its documentation says one writes such a thing: a model for
//! each station, ports between them; a message on its way is an event that the sender schedules for
//! itself ten milliseconds later and then sends. No faults, no bit times, no journal, no clients that
//! ask again: less work for each message than ours.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clock::Span;
use nexosim::model::{Context, Model, schedulable};
use nexosim::ports::Output;
use nexosim::simulation::{Mailbox, SimInit};
use nexosim::time::MonotonicTime;
use serde::{Deserialize, Serialize};

use crate::{LINK_DELAY, Outcome};

/// Replies that reached clients.
static REPLIES: AtomicU64 = AtomicU64::new(0);

const DELAY: Duration = Duration::from_nanos(LINK_DELAY.0);

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Message {
    client: u16,
    serial: u32,
}

#[derive(Serialize, Deserialize)]
struct Client {
    request: Output<Message>,
    number: u16,
    serial: u32,
    begin: Duration,
}

#[Model]
impl Client {
    #[nexosim(init)]
    async fn init(&mut self, cx: &Context<Self>) {
        self.ask(DELAY + self.begin, cx);
    }

    fn ask(&mut self, after: Duration, cx: &Context<Self>) {
        self.serial += 1;
        let message = Message {
            client: self.number,
            serial: self.serial,
        };
        cx.schedule_event(after, schedulable!(Self::arrives), message)
            .expect("an instant to come");
    }

    #[nexosim(schedulable)]
    async fn arrives(&mut self, message: Message, _: &Context<Self>) {
        self.request.send(message).await;
    }

    async fn reply(&mut self, message: Message, cx: &Context<Self>) {
        assert_eq!(message.serial, self.serial);
        REPLIES.fetch_add(1, Ordering::Relaxed);
        self.ask(DELAY, cx);
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Primary {
    copy: Output<Message>,
    replies: Vec<Output<Message>>,
}

#[Model]
impl Primary {
    async fn request(&mut self, message: Message, cx: &Context<Self>) {
        cx.schedule_event(DELAY, schedulable!(Self::copy_arrives), message)
            .expect("an instant to come");
    }

    #[nexosim(schedulable)]
    async fn copy_arrives(&mut self, message: Message, _: &Context<Self>) {
        self.copy.send(message).await;
    }

    async fn stored(&mut self, message: Message, cx: &Context<Self>) {
        cx.schedule_event(DELAY, schedulable!(Self::reply_arrives), message)
            .expect("an instant to come");
    }

    #[nexosim(schedulable)]
    async fn reply_arrives(&mut self, message: Message, _: &Context<Self>) {
        self.replies[usize::from(message.client)]
            .send(message)
            .await;
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Backup {
    stored: Output<Message>,
    serials: Vec<u32>,
}

#[Model]
impl Backup {
    async fn copy(&mut self, message: Message, cx: &Context<Self>) {
        self.serials[usize::from(message.client)] = message.serial;
        cx.schedule_event(DELAY, schedulable!(Self::stored_arrives), message)
            .expect("an instant to come");
    }

    #[nexosim(schedulable)]
    async fn stored_arrives(&mut self, message: Message, _: &Context<Self>) {
        self.stored.send(message).await;
    }
}

/// Runs the network for so long, on one thread.
pub fn run(clients: u16, virtual_time: Span) -> Outcome {
    REPLIES.store(0, Ordering::Relaxed);
    let (primary_box, backup_box) = (Mailbox::new(), Mailbox::new());
    let mut primary = Primary::default();
    let mut backup = Backup {
        serials: vec![0; clients.into()],
        ..Backup::default()
    };
    primary.copy.connect(Backup::copy, &backup_box);
    backup.stored.connect(Primary::stored, &primary_box);
    let mut bench = SimInit::with_num_threads(1);
    for number in 0..clients {
        let client_box = Mailbox::new();
        let mut client = Client {
            request: Output::default(),
            number,
            serial: 0,
            begin: Duration::from_nanos(u64::from(number) * 40_000_000 / u64::from(clients)),
        };
        client.request.connect(Primary::request, &primary_box);
        let mut reply = Output::default();
        reply.connect(Client::reply, &client_box);
        primary.replies.push(reply);
        bench = bench.add_model(client, client_box, &format!("client {number}"));
    }
    let mut simulation = bench
        .add_model(primary, primary_box, "primary")
        .add_model(backup, backup_box, "backup")
        .init(MonotonicTime::EPOCH)
        .expect("a simulation that starts");
    simulation
        .step_until(Duration::from_nanos(virtual_time.0))
        .expect("a simulation that runs");
    let replies = REPLIES.load(Ordering::Relaxed);
    Outcome {
        // Those of the round trip under way at the end are left out.
        delivered: 4 * replies,
        note: format!("{replies} replies"),
    }
}
