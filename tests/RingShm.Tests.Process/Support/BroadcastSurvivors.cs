using RingShm.TestPeer;
using RingShm.TestPeer.Commands;

namespace RingShm.Tests.Processes.Support;

/// <summary>
/// Those who were in a broadcast ring before somebody died in it: a writer, a reader that keeps up with it, and one that may lag where
/// nobody waits for it. Both readers have been there from the first message on.
/// </summary>
internal sealed class BroadcastSurvivors : IDisposable
{
    private const int WriterId = 1;

    private readonly BroadcastRing _ring;
    private readonly BroadcastWriter _writer;
    private readonly MessagePattern _pattern;
    private readonly Eye _quick;
    private readonly Eye _slow;
    private long _written;

    public BroadcastSurvivors(string name)
    {
        _ring = BroadcastRing.Open(name);
        _writer = _ring.AttachWriter();
        _pattern = BroadcastDieCommand.PatternFor(_writer.MaxMessageBytes);
        _quick = new Eye(_ring.AttachReader(), _pattern);
        _slow = new Eye(_ring.AttachReader(), _pattern);
    }

    /// <summary>The slow reader reads on whenever the other one does.</summary>
    public bool SlowReads { get; set; }

    /// <summary>Writes and reads so many messages.</summary>
    public void Write(int messages)
    {
        for (int i = 0; i < messages; i++)
        {
            Assert.True(_writer.Write(NextMessage(), Watchdog.Limit), "The writer is held up for ever.");
            _written++;
            _quick.ReadUntil(WriterId, _written - 1);
            if (SlowReads)
                _slow.ReadUntil(WriterId, _written - 1);
        }
    }

    /// <summary>The same without waiting for anybody, who may stand still.</summary>
    public void WriteWhatIsPossible(int messages)
    {
        for (int i = 0; i < messages && _writer.TryWrite(NextMessage(), WriterId); i++)
            _written++;
        _quick.ReadWhatIsThere();
        if (SlowReads)
            _slow.ReadWhatIsThere();
    }

    /// <summary>
    /// Who was there has got everything that was published, or was told how much it lost; a newcomer gets the end of it. What a
    /// victim's notes leave open, all must agree about.
    /// </summary>
    public void Judge(Ledger victim, bool wasKilled, bool isReliable, string what)
    {
        _quick.ReadUntil(WriterId, _written - 1);
        _slow.ReadUntil(WriterId, _written - 1);
        using (BroadcastRing another = BroadcastRing.Open(_ring.Name))
        using (Eye newcomer = new(another.AttachReader(), _pattern))
        {
            newcomer.ReadUntil(WriterId, _written - 1);
            Assert.True(newcomer.Seen.Count > 0 && newcomer.Lost == 0, what);
            Assert.Equal(_quick.Seen.TakeLast(newcomer.Seen.Count), newcomer.Seen);
        }

        List<(int, long)> due = [.. Enumerable.Range(0, (int)_written).Select(static number => (WriterId, (long)number))];
        long open = 0;
        for (long number = 0; number < victim.Attempted; number++)
        {
            MessageFate fate = (MessageFate)victim.Noted(number);
            bool isSeen = _quick.Seen.Contains((BroadcastDieCommand.VictimId, number)) || _slow.Seen.Contains((BroadcastDieCommand.VictimId, number));
            Assert.False(isSeen && (fate is MessageFate.Unborn or MessageFate.GivenUp), $"{what}: message {number} was seen and is {fate}");
            Assert.False(fate == MessageFate.Begun && !wasKilled, $"{what}: message {number} is undecided and nobody died");
            if (fate == MessageFate.Published || (fate == MessageFate.Begun && isSeen))
                due.Add((BroadcastDieCommand.VictimId, number));
            else if (fate == MessageFate.Begun)
                open++;
        }

        foreach (Eye eye in new[] { _quick, _slow })
        {
            foreach (int writer in new[] { WriterId, BroadcastDieCommand.VictimId })
            {
                List<long> numbers = [.. eye.Seen.Where(seen => seen.Writer == writer).Select(static seen => seen.Number)];
                Assert.Equal(numbers.Distinct().Order(), numbers);
            }

            Assert.Empty(eye.Seen.Except(due));
            if (!eye.IsEvicted)
                Assert.InRange(eye.Seen.Count + eye.Lost, due.Count, due.Count + open);
            else
                Assert.False(isReliable || eye == _quick, $"{what}: a reader was evicted that kept up");
        }

        // One who lost nothing knows; the other must come to the same.
        if (_quick.Lost == 0)
            Assert.Equal(due.Count, _quick.Seen.Count);
        if (!_slow.IsEvicted)
            Assert.Equal(_quick.Seen.Count + _quick.Lost, _slow.Seen.Count + _slow.Lost);
        else
            Assert.Equal(_quick.Seen.Take(_slow.Seen.Count), _slow.Seen);
        if (isReliable)
            Assert.Equal((0L, 0L), (_quick.Lost, _slow.Lost));
    }

    public void Dispose()
    {
        _writer.Dispose();
        _quick.Dispose();
        _slow.Dispose();
        _ring.Dispose();
    }

    private byte[] NextMessage() => BroadcastWriteCommand.MessageOf(_pattern, WriterId, _written);

    private sealed class Eye(BroadcastReader reader, MessagePattern pattern) : IDisposable
    {
        private long _told;

        public List<(int Writer, long Number)> Seen { get; } = [];

        public long Lost => reader.MessagesLost;

        public bool IsEvicted { get; private set; }

        public void ReadUntil(int writer, long number)
        {
            while (!IsEvicted && !Seen.Contains((writer, number)))
            {
                try
                {
                    Assert.True(reader.Read(out Message message, Watchdog.Limit), $"A reader waits in vain for message {writer}:{number}.");
                    See(message);
                }
                catch (ReaderEvictedException)
                {
                    IsEvicted = true;
                }
            }
        }

        public void ReadWhatIsThere()
        {
            try
            {
                while (!IsEvicted && reader.TryRead(out Message message))
                    See(message);
            }
            catch (ReaderEvictedException)
            {
                IsEvicted = true;
            }
        }

        public void Dispose() => reader.Dispose();

        private void See(in Message message)
        {
            using (message)
            {
                long id = pattern.CheckNumbered(message.Span);
                Seen.Add((MessageId.ProducerOf(id), MessageId.SequenceOf(id)));
                _told += message.LostBefore;
                Assert.Equal(_told, reader.MessagesLost);
            }
        }
    }
}
