using RingShm.Layout;

namespace RingShm.Tests.Broadcast;

/// <summary>A broadcast ring beside a list of all that was written; each reader has an index into it.</summary>
internal sealed class RingAgainstList(BroadcastRing ring, RingOptions options, RingGeometry geometry)
{
    private readonly List<BroadcastWriter> _writers = [ring.AttachWriter()];
    private readonly List<Reader> _readers = [];

    /// <summary>Payload and type of what was published, and the granules of what was claimed before each.</summary>
    private readonly List<(byte[] Payload, int Type, long Position, long End)> _written = [];
    private long _position;

    private bool IsLossy => options.Delivery == BroadcastDelivery.Lossy;

    private bool Evicts => options.SlowReaders == SlowReaderPolicy.Evict;

    public void Play(byte kind, byte who, ushort number)
    {
        switch (kind % 10)
        {
            case 0 or 1 or 2:
                Write(Writer(who), number, commits: true);
                break;
            case 3:
                Write(Writer(who), number, commits: number % 3 != 0);
                break;
            case 4:
                Attach(who, number);
                break;
            case 5 when _readers.Count > 0:
                Reader gone = _readers[who % _readers.Count];
                gone.Handle.Dispose();
                _readers.Remove(gone);
                break;
            case 6 when _readers.Count > 0:
                ReadBatch(_readers[who % _readers.Count], 1 + (number % 4), throwsAt: number % 5 == 0 ? 0 : int.MaxValue);
                break;
            case 7 when _writers.Count > 1:
                _writers[^1].Dispose();
                _writers.RemoveAt(_writers.Count - 1);
                break;
            default:
                if (_readers.Count > 0)
                    Read(_readers[who % _readers.Count]);
                break;
        }
    }

    /// <summary>Every reader reads to the end.</summary>
    public void Finish()
    {
        ring.Complete();
        foreach (Reader reader in _readers)
        {
            while (!reader.IsEvicted && Read(reader))
            {
                // Read checks.
            }

            Assert.True(reader.IsEvicted || reader.Handle.IsDrained);
        }

        Assert.Equal(_written.Count, ring.GetInfo().MessagesWritten);
    }

    private BroadcastWriter Writer(byte who)
    {
        if (options.Producers == Cardinality.Many && who % 7 == 0 && _writers.Count < 3)
            _writers.Add(ring.AttachWriter());
        return _writers[who % _writers.Count];
    }

    private void Write(BroadcastWriter writer, ushort number, bool commits)
    {
        int length = number % ((int)geometry.MaxMessageBytes + 1);
        byte[] payload = [.. Enumerable.Range(number, length).Select(i => (byte)i)];
        int granules = geometry.HasInlineWords ? 1 : (int)((length + 8 + geometry.GranuleBytes - 1) / geometry.GranuleBytes);
        long needed = _position + granules - geometry.GranuleCount;
        bool isRoom = IsLossy || Evicts || _readers.All(reader => reader.Position >= needed);
        bool claims = number % 4 == 0 || !commits;
        bool isDone;
        if (claims)
        {
            isDone = writer.TryClaim(length, out Claim claim);
            if (isDone)
            {
                payload.CopyTo(claim.Span);
                if (commits)
                    claim.Commit(length, number);
                claim.Dispose();
            }
        }
        else
        {
            isDone = writer.TryWrite(payload, number);
        }

        Assert.Equal(isRoom, isDone);
        if (!isDone)
            return;
        if (commits)
            _written.Add((payload, number, _position, _position + granules));
        _position += granules;
        if (Evicts)
        {
            foreach (Reader slow in _readers.Where(reader => reader.Position < needed))
                slow.IsEvicted = true;
        }
    }

    private void Attach(byte who, ushort number)
    {
        if (_readers.Count == 4)
            return;
        ReaderStart start = (ReaderStart)(who % 3);
        Reader reader = new(ring.AttachReader(start, (ReaderResume)(number % 2)), (ReaderResume)(number % 2));
        // What is retained is the ring's choice, within bounds: the last of it, and of what was given up no more than it needed and a part.
        long oldest = ring.GetInfo().RetainedPosition / geometry.GranuleBytes;
        long longest = geometry.HasInlineWords ? 1 : (geometry.MaxMessageBytes + 8 + geometry.GranuleBytes - 1) / geometry.GranuleBytes;
        Assert.InRange(oldest, 0, Math.Max(0, _position - geometry.GranuleCount + (geometry.GranuleCount / BroadcastLayout.RetentionParts) + longest));
        int first = _written.FindIndex(message => message.Position >= oldest);
        first = first < 0 ? _written.Count : first;
        reader.Next = start switch
        {
            ReaderStart.Oldest => first,
            ReaderStart.Newest when first < _written.Count => _written.Count - 1,
            _ => _written.Count,
        };
        reader.Position = start switch
        {
            ReaderStart.Oldest => oldest,
            ReaderStart.Newest when first < _written.Count => _written[^1].Position,
            _ => _position,
        };
        _readers.Add(reader);
    }

    private bool Read(Reader reader)
    {
        if (reader.IsEvicted)
        {
            Assert.Throws<ReaderEvictedException>(() => reader.Handle.TryRead(out _));
            return false;
        }

        if (!reader.Handle.TryRead(out Message message))
        {
            CheckNothing(reader);
            return false;
        }

        using (message)
            Check(reader, message);
        return true;
    }

    private void ReadBatch(Reader reader, int limit, int throwsAt)
    {
        if (reader.IsEvicted)
            return;
        int seen = 0;
        int next = reader.Next;
        long position = reader.Position;
        try
        {
            int read = reader.Handle.TryReadBatch(
                (in Message message) =>
                {
                    if (seen++ == throwsAt)
                        throw new InvalidDataException();
                    Check(reader, message);
                },
                limit);
            Assert.Equal(seen, read);
            if (read < limit)
                CheckNothing(reader);
        }
        catch (InvalidDataException)
        {
            reader.IsTold = true;
            // Where to go on was chosen before the handler threw.
            reader.Untold = reader.Handle.MessagesLost - reader.Lost;
            Assert.Equal((next, position), (reader.Next, reader.Position));
        }
    }

    /// <summary>It has seen all that was written, or it has lost the rest and nothing was written since that could tell it so.</summary>
    private void CheckNothing(Reader reader)
    {
        reader.Untold = reader.Handle.MessagesLost - reader.Lost;
        Assert.Equal(_written.Count, reader.Next + reader.Untold);
        reader.Position = _position;
    }

    private void Check(Reader reader, in Message message)
    {
        int index = reader.Next + (int)message.LostBefore;
        Assert.True(IsLossy || message.LostBefore == 0);
        Assert.InRange(index, 0, _written.Count - 1);
        (byte[] payload, int type, long position, long end) = _written[index];
        Assert.Equal((position, type), (message.Position, message.Type));
        Assert.Equal(payload, message.Span);
        Assert.True(!message.Redelivered || reader.IsTold);
        // What was lost before an earlier read in vain is told now; the place to go on at was chosen then.
        if (message.LostBefore > reader.Untold && reader.Resume == ReaderResume.Newest)
            Assert.Equal(_written.Count - 1, index);
        reader.Untold = 0;
        reader.Lost += message.LostBefore;
        Assert.Equal(reader.Lost, reader.Handle.MessagesLost);
        reader.Next = index + 1;
        reader.Position = end;
    }

    private sealed class Reader(BroadcastReader handle, ReaderResume resume)
    {
        public BroadcastReader Handle { get; } = handle;

        public ReaderResume Resume { get; } = resume;

        /// <summary>The index of the message that it reads next, if it loses none.</summary>
        public int Next { get; set; }

        public long Position { get; set; }

        public long Lost { get; set; }

        /// <summary>Of those that it lost, how many no message has told it of yet.</summary>
        public long Untold { get; set; }

        public bool IsEvicted { get; set; }

        /// <summary>A handler of its has thrown, so that messages may come again.</summary>
        public bool IsTold { get; set; }
    }
}
