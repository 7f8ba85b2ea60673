using RingShm.Broadcast;
using RingShm.Memory;
using RingShm.Mpmc;
using RingShm.TestPeer.Commands;

namespace RingShm.TestPeer.Killing;

/// <summary>
/// The participant of a broadcast ring that dies, and its notes of what it was about to write and what it has written. If it only stops for a
/// while, the others may leave it no room and no message; then it does less.
/// </summary>
internal sealed unsafe class BroadcastVictim(string name, Ledger notes)
{
    private const int Batch = 3;

    /// <summary>So many messages are enough to evict a reader of a full ring, and too few for one that has read all.</summary>
    private const int OverTheBrink = 3;

    private MpmcProducerCore<KillingMemory, RetainedRoom<KillingMemory>> _writer;
    private BroadcastReaderCore<KillingMemory> _reader;
    private byte[] _buffer = [];
    private MessagePattern? _pattern;

    public void Perform(BroadcastKill operation)
    {
        using KillingBroadcastRing ring = new(name);
        _pattern = BroadcastDieCommand.PatternFor(ring.MaxMessageBytes);
        switch (operation)
        {
            case BroadcastKill.WriterLooks:
                LookAsWriter(ring);
                break;
            case BroadcastKill.AttachOldest or BroadcastKill.AttachNewest or BroadcastKill.AttachNext:
                KillingMemory.IsArmed = true;
                _reader = ring.AttachReader((ReaderStart)(operation - BroadcastKill.AttachOldest));
                break;
            case BroadcastKill.ReaderLooks:
                LookAsReader(ring);
                break;
            case BroadcastKill.AttachWriterOverDead or BroadcastKill.AttachReaderOverDead or BroadcastKill.Recover:
                LeaveCorpsesEverywhere(writerFirst: operation == BroadcastKill.AttachWriterOverDead);
                KillingMemory.IsArmed = true;
                if (operation == BroadcastKill.AttachWriterOverDead)
                    _ = ring.AttachWriter();
                else if (operation == BroadcastKill.AttachReaderOverDead)
                    _reader = ring.AttachReader();
                else
                    ring.Recover();
                break;
            case < BroadcastKill.WriterLooks:
                Write(ring, operation);
                break;
            default:
                Read(ring, operation);
                break;
        }
    }

    private void Write(KillingBroadcastRing ring, BroadcastKill operation)
    {
        _writer = ring.AttachWriter();
        KillingMemory.IsArmed = true;
        switch (operation)
        {
            case BroadcastKill.Write:
                WriteOne();
                break;
            case BroadcastKill.WriteThenDetach:
                WriteOne();
                ring.Detach();
                break;
            case BroadcastKill.WriteBatch:
                long first = Begin(Batch);
                ReadOnlyMemory<byte>[] messages = [.. Enumerable.Range(0, Batch).Select(i => (ReadOnlyMemory<byte>)Bytes(first + i))];
                Finish(first, Batch, _writer.TryWriteBatch(messages, BroadcastDieCommand.VictimId));
                break;
            case BroadcastKill.Commit:
                End(Claim(out long committed), committed, commits: true);
                break;
            case BroadcastKill.Abort:
                End(Claim(out long aborted), aborted, commits: false);
                break;
            default:
                OpenSlot older = Claim(out long olderNumber);
                OpenSlot newer = Claim(out long newerNumber);
                End(older, olderNumber, commits: true);
                End(newer, newerNumber, commits: false);
                break;
        }
    }

    private void Read(KillingBroadcastRing ring, BroadcastKill operation)
    {
        _reader = ring.AttachReader();
        if (operation == BroadcastKill.ReadOverwritten)
            WriteSome(ring.EvictsSlowReaders ? OverTheBrink : ring.GranuleCount * 2);
        KillingMemory.IsArmed = true;
        try
        {
            int passed = 0;
            for (int most = operation == BroadcastKill.ReadBatch ? Batch : 1; passed < most && TryPass(); passed++)
            {
                // As the public batch: pass all, then settle.
            }

            if (passed > 0)
                _reader.Settle();
            else if (!KillingMemory.OnlyStops)
                throw new MismatchException("nothing to read");
            if (operation == BroadcastKill.ReadOverwritten && ring.EvictsSlowReaders)
                throw new MismatchException("a reader was to be evicted and was not");
        }
        catch (ReaderEvictedException) when (KillingMemory.OnlyStops || operation == BroadcastKill.ReadOverwritten)
        {
            // The others went on without it, or it has seen to that itself.
        }

        if (operation != BroadcastKill.ReadThenDetach)
            return;
        _reader.Leave();
        ring.Detach();
    }

    /// <summary>A dead reader holds this writer; it looks, and goes on.</summary>
    private void LookAsWriter(KillingBroadcastRing ring)
    {
        LeaveReader(ReaderStart.Oldest);
        _writer = ring.AttachWriter();
        while (TryWriteOne())
        {
            // Until it has come round to the dead one.
        }

        KillingMemory.IsArmed = true;
        _ = _writer.LookForTheDead(ring.Oracle);
        WriteOne();
    }

    /// <summary>A dead writer's claims lie before what this reader wants.</summary>
    private void LookAsReader(KillingBroadcastRing ring)
    {
        LeaveWriter();
        WriteSome(2);
        _reader = ring.AttachReader();
        while (TryPass())
        {
            // Until it stands before the hole.
        }

        _reader.Settle();
        KillingMemory.IsArmed = true;
        for (int i = 0; i < 2 * Batch; i++)
        {
            _ = _reader.LookForTheDead(ring.Oracle);
            if (TryPass())
                _reader.Settle();
        }
    }

    /// <summary>A dead one in every row that is free: a writer with two claims, a reader, a writer with nothing.</summary>
    private void LeaveCorpsesEverywhere(bool writerFirst)
    {
        WriteSome(1);
        if (writerFirst)
            LeaveWriter();
        // It holds nothing that the writers need now.
        LeaveReader(ReaderStart.Next);
        if (!writerFirst)
            LeaveWriter();
        KillingBroadcastRing idle = new(name);
        _ = idle.AttachWriter();
        idle.Abandon();
    }

    private void LeaveWriter()
    {
        KillingBroadcastRing ring = new(name);
        MpmcProducerCore<KillingMemory, RetainedRoom<KillingMemory>> writer = ring.AttachWriter();
        // The first claim is marked when the second comes; the second is known by the interval only.
        if (!writer.TryClaim(ring.MaxMessageBytes, out _) || !writer.TryClaim(ring.MaxMessageBytes, out _))
            throw new MismatchException("no room for a dead writer's claims");
        ring.Abandon();
    }

    private void LeaveReader(ReaderStart start)
    {
        KillingBroadcastRing ring = new(name);
        _ = ring.AttachReader(start);
        ring.Abandon();
    }

    /// <summary>Writes and leaves in good order.</summary>
    private void WriteSome(long messages)
    {
        using KillingBroadcastRing ring = new(name);
        _writer = ring.AttachWriter();
        for (long i = 0; i < messages; i++)
            WriteOne();
        ring.Detach();
    }

    /// <summary>Passes one message, for this reader alone. False when there is none.</summary>
    private bool TryPass()
    {
        if (!_reader.TryPeek(ref _buffer, out MpmcRecord record))
            return false;
        ReadOnlySpan<byte> bytes = _reader.IsReadByCopy ? _buffer.AsSpan(0, record.LengthBytes) : new ReadOnlySpan<byte>(record.Payload, record.LengthBytes);
        _ = _pattern!.CheckNumbered(bytes);
        _reader.Pass();
        return true;
    }

    private void WriteOne()
    {
        if (!TryWriteOne() && !KillingMemory.OnlyStops)
            throw new MismatchException("the test left no room");
    }

    private bool TryWriteOne()
    {
        long number = Begin(1);
        bool isWritten = _writer.TryWrite(Bytes(number), BroadcastDieCommand.VictimId);
        Finish(number, 1, isWritten ? 1 : 0);
        return isWritten;
    }

    private OpenSlot Claim(out long number)
    {
        number = notes.Attempted++;
        byte[] bytes = Bytes(number);
        if (!_writer.TryClaim(bytes.Length, out OpenSlot claim))
        {
            return KillingMemory.OnlyStops ? OpenSlot.None : throw new MismatchException("the test left no room for a claim");
        }

        KillingMemory.CopyIn(_writer.PayloadAt(claim.Position), bytes, Edge.M5);
        return claim;
    }

    private void End(in OpenSlot claim, long number, bool commits)
    {
        if (!claim.IsOpen)
            return;
        notes.Note(number, (long)(commits ? MessageFate.Begun : MessageFate.GivenUp));
        int length = _pattern!.LengthOf(MessageId.Of(BroadcastDieCommand.VictimId, number));
        if (!(commits ? _writer.TryCommit(claim.Position, length, BroadcastDieCommand.VictimId) : _writer.TryAbort(claim.Position)))
            throw new MismatchException("the claim was not open");
        if (commits)
            notes.Note(number, (long)MessageFate.Published);
    }

    private long Begin(int count)
    {
        long first = notes.Attempted;
        notes.Attempted = first + count;
        for (int i = 0; i < count; i++)
            notes.Note(first + i, (long)MessageFate.Begun);
        return first;
    }

    private void Finish(long first, int count, int written)
    {
        for (int i = 0; i < count; i++)
            notes.Note(first + i, (long)(i < written ? MessageFate.Published : MessageFate.Unborn));
        if (written < count && !KillingMemory.OnlyStops && KillingMemory.IsArmed)
            throw new MismatchException($"the test left room for {written} of {count} messages");
    }

    private byte[] Bytes(long number) => BroadcastWriteCommand.MessageOf(_pattern!, BroadcastDieCommand.VictimId, number);
}
