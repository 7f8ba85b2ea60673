using RingShm.Layout;
using RingShm.Memory;

namespace RingShm.Liveness;

/// <summary>
/// One owned row. Released when its handle is disposed; by the finalizer when a program lost the handle; by the kernel when
/// the process ends.
/// </summary>
internal sealed unsafe class RowLease : IDisposable
{
    private readonly IRegionRows _region;
    private readonly int _row;
    private readonly long* _owner;
    private int _released;

    private RowLease(IRegionRows region, int row, long* owner)
    {
        _region = region;
        _row = row;
        _owner = owner;
    }

    /// <summary>The row's index.</summary>
    public int Row => _row;

    ~RowLease()
    {
        // The program lost the handle, perhaps with a lease open: nothing it held was handed back.
        Abandon();
    }

    /// <summary>
    /// Attaches to a row that one participant at a time may own. Does not wait.
    /// </summary>
    /// <param name="region">The region; it stays mapped until the lease is released.</param>
    /// <param name="row">The row's index.</param>
    /// <param name="role">The role's name, for the exception and for monitors.</param>
    /// <param name="predecessorDied">True when the row was left behind by a dead owner.</param>
    /// <exception cref="RoleTakenException">A live participant owns the row.</exception>
    public static RowLease Attach(IRegionRows region, int row, ParticipantRole role, out bool predecessorDied)
    {
        region.AddReference();
        bool isOurs = false;
        try
        {
            long* owner = (long*)(region.RowAt(row) + RowLayout.OwnerOffset);
            isOurs = RowProtocol<DirectMemory>.TryAcquire(owner, row, ProcessIdentity.OwnerWord, region.Oracle, out long prior);
            predecessorDied = prior != RowLayout.FreeOwner;
            return isOurs ? Of(region, row, role) : throw Taken(region, role, prior);
        }
        finally
        {
            if (!isOurs)
                region.ReleaseReference();
        }
    }

    /// <summary>A lease of a row that the caller has just come to own, and for which it holds a reference to the region.</summary>
    public static RowLease Of(IRegionRows region, int row, ParticipantRole role)
    {
        byte* at = region.RowAt(row);
        // P4 plain: the row is ours; monitors take these as a snapshot.
        DirectMemory.Store((long*)(at + RowLayout.RoleOffset), (long)role, Edge.P4);
        DirectMemory.Store((long*)(at + RowLayout.GenerationOffset), GenerationOf(at) + 1, Edge.P4);
        DirectMemory.Store((long*)(at + RowLayout.StartTimeOffset), ProcessIdentity.StartTime, Edge.P4);
        DirectMemory.Store((long*)(at + RowLayout.AttachTimeOffset), UnixTime.NowMicroseconds, Edge.P4);
        return new RowLease(region, row, (long*)(at + RowLayout.OwnerOffset));
    }

    /// <summary>Gives the row back; safe to call more than once and from any thread.</summary>
    public void Dispose()
    {
        GC.SuppressFinalize(this);
        Leave(hasHandedBack: true);
    }

    /// <summary>Leaves the row as a dead owner would: what was held through it is for survivors to sort out.</summary>
    public void Abandon() => Leave(hasHandedBack: false);

    private void Leave(bool hasHandedBack)
    {
        if (Interlocked.Exchange(ref _released, 1) != 0)
            return;
        if (hasHandedBack)
            RowProtocol<DirectMemory>.Release(_owner, _row, _region.Oracle);
        else
            RowProtocol<DirectMemory>.Abandon(_owner, _row, _region.Oracle);
        _region.ReleaseReference();
    }

    /// <summary>A snapshot of a row for monitors, or null when it is free.</summary>
    public static ParticipantInfo? Describe(IRegionRows region, int row)
    {
        byte* at = region.RowAt(row);
        // P1 acquire: the details behind the word are then at least as new as the word.
        long owner = DirectMemory.LoadAcquire((long*)(at + RowLayout.OwnerOffset), Edge.P1);
        if (owner == RowLayout.FreeOwner)
            return null;
        long role = DirectMemory.Load((long*)(at + RowLayout.RoleOffset), Edge.P4);
        return new ParticipantInfo(
            role is (long)ParticipantRole.Producer or (long)ParticipantRole.Consumer ? (ParticipantRole)role : ParticipantRole.None,
            RowLayout.ProcessIdOf(owner),
            region.Oracle.IsAlive(row, owner),
            GenerationOf(at),
            UnixTime.FromMicroseconds(DirectMemory.Load((long*)(at + RowLayout.AttachTimeOffset), Edge.P4)));
    }

    /// <summary>
    /// An owned row names its role, or none yet: its first owner may be between the two stores, or have died there.
    /// </summary>
    public static void Verify(IRegionRows region, int row, ParticipantRole expected, List<string> problems)
    {
        byte* at = region.RowAt(row);
        // P1 acquire: the role is then at least as new as the owner.
        long owner = DirectMemory.LoadAcquire((long*)(at + RowLayout.OwnerOffset), Edge.P1);
        long role = DirectMemory.Load((long*)(at + RowLayout.RoleOffset), Edge.P4);
        if (owner != RowLayout.FreeOwner && role != (long)ParticipantRole.None && role != (long)expected)
        {
            problems.Add(
                $"The {expected.ToString().ToLowerInvariant()}'s row is owned by process {RowLayout.ProcessIdOf(owner)} in role {role}.");
        }
    }

    private static long GenerationOf(byte* row) => DirectMemory.Load((long*)(row + RowLayout.GenerationOffset), Edge.P4);

    /// <summary>The exception for a role that a live participant holds.</summary>
    public static RoleTakenException Taken(IRegionRows region, ParticipantRole role, long owner)
    {
        int processId = RowLayout.ProcessIdOf(owner);
        string holder = owner == RowLayout.FreeOwner ? "a process that is just attaching or leaving" : $"process {processId}";
        return new RoleTakenException(
            $"The {role.ToString().ToLowerInvariant()} role of '{region.DisplayName}' is held by {holder}.", processId);
    }
}

/// <summary>What a row lease needs of the region it lies in.</summary>
internal unsafe interface IRegionRows
{
    string DisplayName { get; }

    IRowOracle Oracle { get; }

    byte* RowAt(int row);

    void AddReference();

    void ReleaseReference();
}
