using RingShm.TestPeer;
using RingShm.TestPeer.Commands;

namespace RingShm.Tests.Processes.Support;

/// <summary>
/// The surviving side of an MPMC kill-point test: one producer and one consumer through the public classes, with the notes that
/// the check wants.
/// </summary>
internal sealed class MpmcSurvivors : IDisposable
{
    private readonly IDisposable _ring;
    private readonly Action _complete;
    private readonly Func<long, bool> _tryWrite;
    private readonly Func<bool> _tryRead;
    private readonly Func<bool> _isDrained;
    private readonly Action _detach;
    private readonly MessagePattern _pattern;
    private readonly int _id;
    private readonly string _notesPath = NewPath();
    private readonly string _takenPath = NewPath();
    private readonly MpmcProducer? _producer;

    private MpmcSurvivors(IDisposable bytes, MpmcRing? ring, MpmcRing<Value40>? values, int id)
    {
        _ring = bytes;
        _id = id;
        Notes = Ledger.Create(_notesPath, 1000);
        Taken = Ledger.Create(_takenPath, 4000);
        _pattern = MpmcDieCommand.PatternFor(ring == null ? 0 : (int)ring.MaxMessageBytes);
        if (ring != null)
        {
            MpmcProducer producer = Attach(ring.AttachProducer);
            MpmcConsumer consumer = Attach(ring.AttachConsumer);
            _producer = producer;
            _complete = ring.Complete;
            _tryWrite = message => producer.TryWrite(Bytes(message), MessageId.TypeOf(message));
            _tryRead = () => TryRead(consumer);
            _isDrained = () => consumer.IsDrained;
            _detach = () =>
            {
                producer.Dispose();
                consumer.Dispose();
            };
        }
        else
        {
            MpmcProducer<Value40> producer = Attach(values!.AttachProducer);
            MpmcConsumer<Value40> consumer = Attach(values.AttachConsumer);
            _complete = values.Complete;
            _tryWrite = message => producer.TryWrite(_pattern.ValueOf<Value40>(message));
            _tryRead = () => TryRead(consumer);
            _isDrained = () => consumer.IsDrained;
            _detach = () =>
            {
                producer.Dispose();
                consumer.Dispose();
            };
        }
    }

    /// <summary>What they wrote.</summary>
    private Ledger Notes { get; }

    /// <summary>What they got.</summary>
    private Ledger Taken { get; }

    /// <summary>Opens the ring for itself and attaches, sweeping the dead where there is no other row.</summary>
    public static MpmcSurvivors Attach(string name, bool isTyped, int id)
    {
        if (isTyped)
        {
            MpmcRing<Value40> values = MpmcRing<Value40>.Open(name);
            return new MpmcSurvivors(values, null, values, id);
        }

        MpmcRing ring = MpmcRing.Open(name);
        return new MpmcSurvivors(ring, ring, null, id);
    }

    public void Write(int messages)
    {
        for (int i = 0; i < messages; i++)
            Assert.True(TryWrite(), "The survivors' ring is full.");
    }

    /// <summary>A claim that was given up stays in the ring until a consumer passes over it.</summary>
    public void WriteAborted()
    {
        Assert.True(_producer!.TryClaim(_producer.MaxMessageBytes, out Claim claim));
        claim.Dispose();
    }

    public void Read(int messages)
    {
        for (int i = 0; i < messages; i++)
            Assert.True(_tryRead(), "Nothing to read.");
    }

    /// <summary>Writes a few more, completes the ring and reads to the end: with what the dead left in the way.</summary>
    public void Continue(int messages, string what)
    {
        int left = messages;
        bool isCompleted = false;
        Watchdog.Until(
            () =>
            {
                if (left > 0)
                {
                    left -= TryWrite() ? 1 : 0;
                }
                else if (!isCompleted)
                {
                    _complete();
                    isCompleted = true;
                }

                while (_tryRead())
                {
                    // The ring is small, and nobody else writes.
                }

                return isCompleted && _isDrained();
            },
            $"going on {what}");
    }

    /// <summary>Writes and reads as far as that goes just now.</summary>
    public void DoWhatIsPossible()
    {
        const int Rounds = 8;
        for (int i = 0; i < Rounds; i++)
        {
            _ = TryWrite();
            while (_tryRead())
            {
                // The ring is small, and nobody else writes.
            }
        }
    }

    /// <summary>Leaves in good order.</summary>
    public void Detach() => _detach();

    public void ReportTo(MpmcDeliveryCheck check, bool isDead = false)
    {
        check.AddProducer(_id, Notes, isDead);
        check.AddConsumer(_id, Taken, isDead);
    }

    public void Dispose()
    {
        _ring.Dispose();
        Notes.Dispose();
        Taken.Dispose();
        File.Delete(_notesPath);
        File.Delete(_takenPath);
    }

    private static string NewPath() => Path.Combine(Path.GetTempPath(), $"ringshm-survivor-{Guid.NewGuid():N}");

    /// <summary>A row can be busy for a moment: the kernel takes a killed process's locks away one after the other.</summary>
    private static THandle Attach<THandle>(Func<THandle> attach) where THandle : class
    {
        THandle? handle = null;
        Watchdog.Until(
            () =>
            {
                try
                {
                    handle = attach();
                    return true;
                }
                catch (ParticipantLimitException)
                {
                    return false;
                }
            },
            "a row coming free");
        return handle!;
    }

    private bool TryWrite()
    {
        long sequence = Notes.Attempted;
        Notes.Note(sequence, (long)MessageFate.Begun);
        if (!_tryWrite(MessageId.Of(_id, sequence)))
            return false;
        Notes.Note(sequence, (long)MessageFate.Published);
        Notes.Attempted = sequence + 1;
        return true;
    }

    private bool TryRead(MpmcConsumer consumer)
    {
        if (!consumer.TryRead(out Message message))
            return false;
        using (message)
        {
            long id = _pattern.CheckNumbered(message.Span);
            Assert.Equal(MessageId.TypeOf(id), message.Type);
            Log(message.Position, id, message.Redelivered);
        }

        return true;
    }

    private bool TryRead(MpmcConsumer<Value40> consumer)
    {
        if (!consumer.TryRead(out Value40 value))
            return false;
        Log(MpmcSink.NoPosition, _pattern.CheckValue(value), isFlagged: false);
        return true;
    }

    private void Log(long position, long id, bool isFlagged)
    {
        Taken.Log(position, redelivered: false);
        Taken.Log(id, isFlagged);
    }

    private byte[] Bytes(long id)
    {
        byte[] bytes = new byte[_pattern.LengthOf(id)];
        _pattern.Fill(bytes, id);
        return bytes;
    }
}
