using System.Text;
using RingShm;

namespace SharedText;

/// <summary>What one instance shows: the text and which version of it that is.</summary>
internal readonly record struct Snapshot(string Text, long Version, int Instances);

/// <summary>A text that all instances share: a cell, a handle to change it with, and one to wait for others' changes with.</summary>
internal sealed class SharedDocument : IDisposable
{
    private const int LongestTextBytes = 16 << 10;

    private readonly StateCell _cell;
    private readonly StateWriter _writer;
    private readonly StateReader _reader;
    private readonly CancellationTokenSource _end = new();
    private Task _following = Task.CompletedTask;

    public SharedDocument(string name)
    {
        // Each instance is two participants.
        _cell = StateCell.CreateOrOpen(name, new RingOptions { MaxMessageBytes = LongestTextBytes, MaxParticipants = 64 });
        _writer = _cell.AttachWriter();
        _reader = _cell.AttachReader();
    }

    public string Name => _cell.Name.ToString();

    /// <summary>The text as it is now. For the thread that edits.</summary>
    public Snapshot Read() => Of(_writer.Read(out StateStamp stamp), stamp);

    /// <summary>
    /// Changes the text. If somebody else was faster, the change is made again to what they have left, so that no keystroke of
    /// anybody's is lost.
    /// </summary>
    public Snapshot Edit(Func<string, string> change)
    {
        while (true)
        {
            string before = Encoding.UTF8.GetString(_writer.Read(out StateStamp stamp));
            byte[] after = Encoding.UTF8.GetBytes(change(before));
            // A full text takes nothing more.
            if (after.Length > _writer.MaxValueBytes)
                return Of(Encoding.UTF8.GetBytes(before), stamp);
            if (_writer.TryUpdate(stamp.Version, after, out long version))
                return Of(after, stamp with { Version = version });
        }
    }

    /// <summary>Calls back with the text after each change since this version that another instance has made; not after our own.</summary>
    public void Follow(long known, Action<Snapshot> show) => _following = FollowAsync(known, show);

    public void Dispose()
    {
        _end.Cancel();
        _following.Wait();
        // Gives both places back. On Linux the text stays until somebody removes it, on Windows as long as anybody has it open.
        _cell.Dispose();
        _end.Dispose();
    }

    private async Task FollowAsync(long known, Action<Snapshot> show)
    {
        try
        {
            while (true)
            {
                await _reader.WaitForChangeAsync(known, _end.Token).ConfigureAwait(false);
                byte[] text = _reader.Read(out StateStamp stamp);
                known = stamp.Version;
                show(Of(text, stamp));
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private Snapshot Of(byte[] text, StateStamp stamp) =>
        new(Encoding.UTF8.GetString(text), stamp.Version, _cell.GetInfo().Participants.Count(static participant => participant is { Role: ParticipantRole.Producer, IsAlive: true }));
}
