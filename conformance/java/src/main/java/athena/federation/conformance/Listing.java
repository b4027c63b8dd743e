package athena.federation.conformance;

import com.amazonaws.athena.connector.lambda.QueryStatusChecker;
import com.amazonaws.athena.connector.lambda.data.Block;
import com.amazonaws.athena.connector.lambda.data.BlockAllocator;
import com.amazonaws.athena.connector.lambda.data.BlockWriter;
import com.amazonaws.athena.connector.lambda.domain.Split;
import com.amazonaws.athena.connector.lambda.domain.TableName;
import com.amazonaws.athena.connector.lambda.handlers.MetadataHandler;
import com.amazonaws.athena.connector.lambda.metadata.GetDataSourceCapabilitiesRequest;
import com.amazonaws.athena.connector.lambda.metadata.GetDataSourceCapabilitiesResponse;
import com.amazonaws.athena.connector.lambda.metadata.GetSplitsRequest;
import com.amazonaws.athena.connector.lambda.metadata.GetSplitsResponse;
import com.amazonaws.athena.connector.lambda.metadata.GetTableLayoutRequest;
import com.amazonaws.athena.connector.lambda.metadata.GetTableRequest;
import com.amazonaws.athena.connector.lambda.metadata.GetTableResponse;
import com.amazonaws.athena.connector.lambda.metadata.ListSchemasRequest;
import com.amazonaws.athena.connector.lambda.metadata.ListSchemasResponse;
import com.amazonaws.athena.connector.lambda.metadata.ListTablesRequest;
import com.amazonaws.athena.connector.lambda.metadata.ListTablesResponse;
import com.amazonaws.athena.connector.lambda.metadata.optimizations.DataSourceOptimizations;
import com.amazonaws.athena.connector.lambda.metadata.optimizations.OptimizationSubType;
import com.amazonaws.athena.connector.lambda.metadata.optimizations.pushdown.LimitPushdownSubType;
import com.amazonaws.athena.connector.lambda.security.EncryptionKeyFactory;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.arrow.vector.complex.reader.FieldReader;
import software.amazon.awssdk.services.athena.AthenaClient;
import software.amazon.awssdk.services.secretsmanager.SecretsManagerClient;

/** What there is to read: the connector's half that answers about schemas, tables, partitions and splits. */
final class Listing extends MetadataHandler {
    static final String SCHEMA = "main";
    private static final int SPLITS_PER_PAGE = 3;

    Listing(EncryptionKeyFactory keys, String bucket, Map<String, String> options) {
        super(keys, SecretsManagerClient.create(), AthenaClient.create(), "conformance", bucket, "spilled", options);
    }

    @Override
    public ListSchemasResponse doListSchemaNames(BlockAllocator allocator, ListSchemasRequest request) {
        return new ListSchemasResponse(request.getCatalogName(), List.of(SCHEMA, "other"));
    }

    @Override
    public ListTablesResponse doListTables(BlockAllocator allocator, ListTablesRequest request) {
        List<String> names = Source.ALL.stream().map(Source::name).sorted().toList();
        int start = request.getNextToken() == null ? 0 : Integer.parseInt(request.getNextToken());
        int end = request.getPageSize() < 0 ? names.size() : Math.min(names.size(), start + request.getPageSize());
        List<TableName> page = names.subList(start, end).stream().map(name -> new TableName(SCHEMA, name)).toList();
        return new ListTablesResponse(request.getCatalogName(), page, end < names.size() ? String.valueOf(end) : null);
    }

    @Override
    public GetTableResponse doGetTable(BlockAllocator allocator, GetTableRequest request) {
        Source source = Source.named(request.getTableName().getTableName());
        return new GetTableResponse(request.getCatalogName(), request.getTableName(), source.schema(), new LinkedHashSet<>(source.partitionColumns()));
    }

    @Override
    public GetDataSourceCapabilitiesResponse doGetDataSourceCapabilities(BlockAllocator allocator, GetDataSourceCapabilitiesRequest request) {
        Map.Entry<String, List<OptimizationSubType>> limit =
                DataSourceOptimizations.SUPPORTS_LIMIT_PUSHDOWN.withSupportedSubTypes(LimitPushdownSubType.INTEGER_CONSTANT);
        return new GetDataSourceCapabilitiesResponse(request.getCatalogName(), Map.ofEntries(limit));
    }

    @Override
    public void getPartitions(BlockWriter writer, GetTableLayoutRequest request, QueryStatusChecker checker) {
        for (Map<String, Object> partition : Source.named(request.getTableName().getTableName()).partitions()) {
            writer.writeRows(
                    (block, row) -> {
                        boolean wanted = true;
                        for (Map.Entry<String, Object> value : partition.entrySet()) {
                            wanted &= block.setValue(value.getKey(), row, value.getValue());
                        }
                        return wanted ? 1 : 0;
                    });
        }
    }

    /** Three splits a page; the token is the partition that the next page begins with. */
    @Override
    public GetSplitsResponse doGetSplits(BlockAllocator allocator, GetSplitsRequest request) {
        Block partitions = request.getPartitions();
        int row = request.getContinuationToken() == null ? 0 : Integer.parseInt(request.getContinuationToken());
        Set<Split> splits = new HashSet<>();
        for (; row < partitions.getRowCount() && splits.size() < SPLITS_PER_PAGE; row++) {
            Split.Builder split = Split.newBuilder(makeSpillLocation(request), makeEncryptionKey());
            for (String column : request.getPartitionCols()) {
                FieldReader reader = partitions.getFieldReader(column);
                reader.setPosition(row);
                split.add(column, String.valueOf(reader.readObject()));
            }
            splits.add(split.build());
        }
        return new GetSplitsResponse(request.getCatalogName(), splits, row < partitions.getRowCount() ? String.valueOf(row) : null);
    }
}
