using RingShm.Spsc;
using RingShm.TestPeer.Killing;

namespace RingShm.TestPeer.Commands;

/// <summary>A protocol operation to die in.</summary>
internal enum KillOperation
{
    AttachProducer,
    Write,
    WriteBatch,
    CommitShorterClaim,
    AbortClaim,
    WriteTwiceThenDetach,
    Complete,
    AttachConsumer,
    Lease,
    Batch,
    ReadToTheEndThenDetach,
    IsDrained,
    TypedWrite,
    TypedWriteBatch,
    TypedRead,
    TypedReadBatch,
}

/// <summary>
/// Runs one operation and dies at its k-th access to shared memory (<c>at=k</c>). If the operation has fewer, says
/// <c>survived</c> with their number and ends without letting go of anything.
/// </summary>
internal static unsafe class DieCommand
{
    /// <summary>Messages in the batches under test.</summary>
    public const int BatchMessages = 3;

    public static MessagePattern PatternFor(int maxMessageBytes) =>
        new(seed: 9, SizeMix.Uniform, Math.Min(40, maxMessageBytes), MessageNumber.InPayload);

    public static int Run(PeerArguments arguments)
    {
        KillOperation operation = arguments.Choice<KillOperation>("operation");
        using Ledger ledger = Ledger.Open(arguments.Text("ledger"));
        using KillingRing ring = new(arguments.Ring, operation >= KillOperation.TypedWrite ? sizeof(long) : 0);
        KillingMemory.DieAt = arguments.Number("at");
        Perform(operation, ring, ledger, PatternFor(ring.MaxMessageBytes));
        KillingMemory.IsArmed = false;
        PeerSignals.Say($"survived {KillingMemory.Accesses}");
        Suicide.Now();
        return 0;
    }

    private static void Perform(KillOperation operation, KillingRing ring, Ledger ledger, MessagePattern pattern)
    {
        switch (operation)
        {
            case KillOperation.AttachProducer:
                KillingMemory.IsArmed = true;
                _ = ring.AttachProducer();
                break;
            case KillOperation.AttachConsumer:
                KillingMemory.IsArmed = true;
                _ = ring.AttachConsumer();
                break;
            case KillOperation.Complete:
                KillingMemory.IsArmed = true;
                ring.Complete();
                break;
            case < KillOperation.Complete:
            case KillOperation.TypedWrite:
            case KillOperation.TypedWriteBatch:
                SpscProducerCore<KillingMemory> producer = ring.AttachProducer();
                KillingMemory.IsArmed = true;
                Produce(operation, ring, ref producer, ledger, pattern);
                break;
            default:
                SpscConsumerCore<KillingMemory> consumer = ring.AttachConsumer();
                KillingMemory.IsArmed = true;
                Consume(operation, ring, ref consumer, ledger, pattern);
                break;
        }
    }

    private static void Produce(
        KillOperation operation, KillingRing ring, ref SpscProducerCore<KillingMemory> producer, Ledger ledger, MessagePattern pattern)
    {
        long next = ledger.Published;
        switch (operation)
        {
            case KillOperation.Write:
                Write(ref producer, ledger, pattern, next);
                break;
            case KillOperation.WriteTwiceThenDetach:
                Write(ref producer, ledger, pattern, next);
                Write(ref producer, ledger, pattern, next + 1);
                ring.Detach(producer);
                break;
            case KillOperation.WriteBatch:
                ReadOnlyMemory<byte>[] messages =
                    [.. Enumerable.Range(0, BatchMessages).Select(i => (ReadOnlyMemory<byte>)Message(pattern, next + i))];
                ledger.Attempted = next + BatchMessages;
                int written = producer.TryWriteBatch(messages, MessagePattern.TypeOf(next));
                Finish(ledger, next + BatchMessages, written == BatchMessages);
                break;
            case KillOperation.CommitShorterClaim:
                byte[] message = Message(pattern, next);
                ledger.Attempted = next + 1;
                long* header = producer.TryReserve(Math.Min(message.Length + 24, producer.MaxMessageBytes));
                KillingMemory.CopyIn(Layout.SpscMap.PayloadOf(header), message, Memory.Edge.S2);
                producer.Publish(header, message.Length, MessagePattern.TypeOf(next));
                Finish(ledger, next + 1, true);
                break;
            case KillOperation.AbortClaim:
                long* given = producer.TryReserve(32);
                KillingMemory.CopyIn(Layout.SpscMap.PayloadOf(given), new byte[32], Memory.Edge.S2);
                producer.CountAborted();
                break;
            case KillOperation.TypedWrite:
                ledger.Attempted = next + 1;
                Finish(ledger, next + 1, producer.TryWrite(next, type: 0));
                break;
            default:
                ledger.Attempted = next + BatchMessages;
                ReadOnlySpan<long> values = [next, next + 1, next + 2];
                Finish(ledger, next + BatchMessages, producer.TryWriteBatch(values, type: 0) == BatchMessages);
                break;
        }
    }

    private static void Consume(
        KillOperation operation, KillingRing ring, ref SpscConsumerCore<KillingMemory> consumer, Ledger ledger, MessagePattern pattern)
    {
        switch (operation)
        {
            case KillOperation.Lease:
                _ = Lease(ref consumer, ledger, pattern);
                break;
            case KillOperation.ReadToTheEndThenDetach:
                while (Lease(ref consumer, ledger, pattern))
                {
                    // Until the ring is empty.
                }

                ring.DetachConsumer();
                break;
            case KillOperation.IsDrained:
                if (consumer.IsDrained())
                    throw new MismatchException("drained, and there are messages");
                break;
            case KillOperation.Batch:
                Batch(ref consumer, ledger, pattern);
                break;
            case KillOperation.TypedRead:
                if (!consumer.TryRead(out long value))
                    throw new MismatchException("nothing to read");
                ledger.Log(value, redelivered: false);
                break;
            default:
                long[] values = new long[BatchMessages];
                int count = consumer.TryReadBatch<long>(values);
                foreach (long each in values.AsSpan(0, count))
                    ledger.Log(each, redelivered: false);
                break;
        }
    }

    private static void Write(ref SpscProducerCore<KillingMemory> producer, Ledger ledger, MessagePattern pattern, long sequence)
    {
        ledger.Attempted = sequence + 1;
        Finish(ledger, sequence + 1, producer.TryWrite(Message(pattern, sequence), MessagePattern.TypeOf(sequence)));
    }

    private static bool Lease(ref SpscConsumerCore<KillingMemory> consumer, Ledger ledger, MessagePattern pattern)
    {
        if (!consumer.TryPeek(out SpscRecord record))
            return false;
        Log(consumer.IsRedelivered(consumer.Position), record, ledger, pattern);
        consumer.Release(record.SizeBytes);
        return true;
    }

    /// <summary>As the public batch: note, hand out, and hand all back at the end.</summary>
    private static void Batch(ref SpscConsumerCore<KillingMemory> consumer, Ledger ledger, MessagePattern pattern)
    {
        long start = consumer.Position;
        long position = start;
        int messages = 0;
        int redelivered = 0;
        while (messages < BatchMessages && consumer.TryPeekAt(position, out SpscRecord record))
        {
            bool again = consumer.IsRedelivered(position);
            consumer.NoteDelivered(position + record.SizeBytes);
            Log(again, record, ledger, pattern);
            position += record.SizeBytes;
            messages++;
            redelivered += again ? 1 : 0;
        }

        consumer.ReleaseBatch(position - start, messages, redelivered);
    }

    private static void Log(bool redelivered, in SpscRecord record, Ledger ledger, MessagePattern pattern) => ledger.Log(
        pattern.Check(new ReadOnlySpan<byte>(record.Payload, record.LengthBytes), record.Type, ledger.Delivered), redelivered);

    private static byte[] Message(MessagePattern pattern, long sequence)
    {
        byte[] message = new byte[pattern.LengthOf(sequence)];
        pattern.Fill(message, sequence);
        return message;
    }

    private static void Finish(Ledger ledger, long end, bool written)
    {
        if (!written)
            throw new MismatchException("no room");
        ledger.Published = end;
    }
}
